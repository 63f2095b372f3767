"""Totals: what tables call the rows that hold everybody, in the languages of their makers."""

__all__ = ["TOTALS"]

TOTALS = frozenset(
    {
        *("total", "totals", "grand total", "sub-total", "subtotal", "overall", "all", "everyone"),
        *("everybody", "all people", "all persons", "all adults", "all ages", "all regions"),
        *("all respondents", "both sexes", "sum", "total population", "whole population"),
        *("gesamt", "insgesamt", "alle", "summe", "zusammen", "gesamtbevölkerung", "beide"),
        *("ensemble", "tous", "toutes", "somme", "total général", "les deux sexes"),
        *("todos", "todas", "ambos sexos", "suma", "total general"),
        *("totale", "tutti", "tutte", "complessivo", "somma", "maschi e femmine"),
        *("totaal", "i alt", "yhteensä", "totalt", "samtliga"),
        *("todos os sexos", "geral", "razem", "ogółem", "suma końcowa", "celkem", "spolu"),
        *("összesen", "toplam", "genel toplam", "σύνολο", "всего", "итого", "оба пола"),
        *("разом", "усього", "合計", "総数", "计", "合计", "总计", "總計", "전체", "합계", "कुल"),
        *("الإجمالي", "المجموع", "סך הכל"),
    }
)
"""Levels, with case folded, that are no level but the sum of the others."""
