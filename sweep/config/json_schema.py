"""JSON Schema: that of a sweep config, which editors complete and check by."""

from typing import Any

from sweep.config.schema import SweepConfig

__all__ = ["json_schema"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """Return the schema, draft 2020-12: every key with its description, default and bounds.

    It accepts every config that :func:`sweep.config.read_config` accepts; checks between fields,
    and of expressions and patterns, are beyond it.
    """
    schema: dict[str, Any] = _untitled(SweepConfig.model_json_schema())
    return {"$schema": DIALECT, "title": "Sweep config", **schema}


def _untitled(schema: Any) -> Any:
    """Drop the generated titles: they only repeat the keys."""
    if isinstance(schema, dict):
        return {
            key: _untitled(value)
            for key, value in schema.items()
            if not (key == "title" and isinstance(value, str))
        }
    return [_untitled(item) for item in schema] if isinstance(schema, list) else schema
