"""Words: what sound surveys are made of, in four languages, and in codes."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["LANGUAGES", "Words"]


@dataclass(frozen=True)
class Words:
    """What a survey in one language is made of; the first answers of a scale are its yes."""

    sexes: tuple[str, ...]
    regions: tuple[str, ...]
    yes_no: tuple[str, str]
    scale: tuple[str, ...]
    dont_know: tuple[str, ...]
    not_asked: str
    options: tuple[str, ...]
    none: str


LANGUAGES: Mapping[str, Words] = {
    "en": Words(
        ("Female", "Male"),
        ("North-East", "North-West", "South", "East Midlands"),
        ("Yes", "No"),
        ("Very likely", "Fairly likely", "Fairly unlikely", "Very unlikely"),
        ("Don't know", "Refused"),
        "Not asked",
        ("Nike", "Adidas", "Under Armour"),
        "None of these",
    ),
    "de": Words(
        ("Weiblich", "Männlich"),
        ("Süd", "Nord", "Baden-Württemberg", "Mecklenburg-Vorpommern"),
        ("Ja", "Nein"),
        ("Sehr gut", "Gut", "Weder noch", "Schlecht", "Sehr schlecht"),
        ("Weiß nicht", "Keine Angabe"),
        "Nicht gefragt",
        ("Müller", "Hachez", "Halloren"),
        "Nichts davon",
    ),
    "fr": Words(
        ("Femme", "Homme"),
        ("Île-de-France", "Provence-Alpes-Côte d'Azur", "Bretagne", "Grand Est"),
        ("Oui", "Non"),
        ("Tout à fait d'accord", "Plutôt d'accord", "Plutôt pas d'accord", "Pas du tout d'accord"),
        ("Ne sait pas", "Refus"),
        "Non posée",
        ("Évian", "Badoit", "Volvic"),
        "Aucune",
    ),
    "es": Words(
        ("Mujer", "Hombre"),
        ("Cataluña", "Andalucía", "Castilla-La Mancha", "País Vasco"),
        ("Sí", "No"),
        ("Muy de acuerdo", "De acuerdo", "En desacuerdo", "Muy en desacuerdo"),
        ("No sabe", "No contesta"),
        "No preguntado",
        ("Estrella Galicia", "Mahou", "Cruzcampo"),
        "Ninguna",
    ),
}
