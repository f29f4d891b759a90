"""Which model the settings mean."""

from discord_airflow.analysis.host import parse_host
from discord_airflow.analysis.model import Model
from discord_airflow.analysis.ollama import OllamaModel
from discord_airflow.analysis.openai_compatible import OpenAICompatibleModel
from discord_airflow.settings import AnalysisSettings, OllamaSettings


def model_from(ollama: OllamaSettings, analysis: AnalysisSettings) -> Model | None:
    """Return the model that is to be asked, or None when the settings want none; nothing is contacted yet."""
    if not analysis.enabled:
        return None
    address = parse_host(ollama.host)
    if analysis.backend == "openai":
        return OpenAICompatibleModel(
            address, ollama.model, analysis.context_tokens, allowed_hosts=analysis.allowed_hosts
        )
    return OllamaModel(address, ollama.model, analysis.context_tokens, allowed_hosts=analysis.allowed_hosts)
