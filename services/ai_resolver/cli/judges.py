"""Puts a judge together as the settings say."""

from services.ai_resolver.adapters.embedded_classifier import EmbeddedClassifier
from services.ai_resolver.adapters.language_model import LitellmModel, ModelSettings
from services.ai_resolver.decider.gates import Policy
from services.ai_resolver.handlers.judging import Judge, JudgeName
from services.ai_resolver.ports import LanguageModel
from shared.settings import Settings, SettingsError


def build_judge(settings: Settings, judge: JudgeName) -> Judge:
    """
    Return a judge; `full` uses the language model only where one is configured.

    Raises SettingsError where the model is needed and missing, or its name is none.
    """
    if judge == "model" and not settings.ai_model:
        raise SettingsError("PARLEY_AI_MODEL: name the model to ask, such as ollama/llama3.1")
    policy = Policy(close_promises=settings.ai_close_promises, close_absences=settings.ai_close_absences)
    asked = bool(settings.ai_model) and judge != "gates"
    model = build_model(settings) if asked else None
    return Judge(EmbeddedClassifier(), model, policy, judge)


def build_model(settings: Settings) -> LanguageModel:
    """Return the language model of the settings. Raises SettingsError for a name that is none."""
    return LitellmModel(
        ModelSettings(
            model=settings.ai_model,
            url=settings.ai_model_url,
            key=settings.ai_model_key,
            timeout=settings.ai_timeout_seconds,
            max_calls=settings.ai_max_calls,
            max_tokens=settings.ai_max_tokens,
        )
    )
