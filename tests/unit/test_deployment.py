"""What is deployed: compose file, Dockerfile, chart values and manifests, against their schemas and our own rules."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import kubernetes_validate
import pytest
import yaml

ROOT = Path(__file__).parents[2]
HELM = ROOT / "deploy" / "helm"
CHART_SCHEMA = json.loads((ROOT / "deploy/schemas/airflow-chart-1.22.0-values.schema.json").read_text())
MANIFESTS = ["namespace.yaml", "secrets.template.yaml", "network-policies.yaml", "schema-job.yaml"]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = sorted(COMPOSE["services"])


def documents(name):
    """Return the documents of a manifest."""
    return list(yaml.safe_load_all((HELM / name).read_text()))


def known_keys(schema, values, path=""):
    """Return the keys of *values* that the schema does not name, where it names any."""
    properties = schema.get("properties")
    if not properties or not isinstance(values, dict):
        return []
    unknown = [f"{path}{key}" for key in values if key not in properties and not schema.get("additionalProperties")]
    for key, value in values.items():
        if key in properties:
            unknown += known_keys(properties[key], value, f"{path}{key}.")
    return unknown


@pytest.mark.parametrize("name", ["values-small.yaml", "values-grown.yaml"])
def test_chart_values_fit_the_chart(name):
    """The chart's schema accepts them, and, what it does not check itself, no key is one it does not know."""
    values = yaml.safe_load((HELM / name).read_text())
    jsonschema.Draft7Validator(CHART_SCHEMA).validate(values)
    assert known_keys(CHART_SCHEMA, values) == []


def test_the_check_of_chart_values_finds_a_misspelt_key():
    """A typo on any level is named."""
    assert known_keys(CHART_SCHEMA, {"schedular": {}, "workers": {"kubernetes": {"resorces": {}}}}) == [
        "schedular",
        "workers.kubernetes.resorces",
    ]


@pytest.mark.parametrize("name", MANIFESTS)
def test_manifests_fit_kubernetes(name):
    """Each document is valid for a current Kubernetes, unknown keys included."""
    for document in documents(name):
        kubernetes_validate.validate(document, "1.31", strict=True)


def test_every_secret_the_values_name_is_in_the_template():
    """A person who fills in the template has all that the pods ask for."""
    made = {document["metadata"]["name"] for document in documents("secrets.template.yaml")}
    values = yaml.safe_load((HELM / "values-small.yaml").read_text())
    named = {values["data"]["metadataSecretName"]}
    named |= {values[key] for key in ("fernetKeySecretName", "apiSecretKeySecretName", "jwtSecretName")}
    named |= {"discord-airflow-database", "discord-airflow-token"}
    assert named <= made


def test_the_namespace_lets_in_restricted_pods_only_and_the_job_is_one():
    """The Pod Security Standard is enforced, and our own job keeps to it."""
    namespace = documents("namespace.yaml")[0]
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    pod = documents("schema-job.yaml")[0]["spec"]["template"]["spec"]
    container = pod["containers"][0]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert container["resources"]["limits"]


def test_the_compose_file_fits_the_compose_specification():
    """The schema of the specification accepts it."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    subprocess.run([*command, str(ROOT / "docker-compose.yml")], check=True, capture_output=True)


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_hardened(name):
    """No capability that is not named, no new privileges, limits, a health check, a pinned image, no socket."""
    service = COMPOSE["services"][name]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert service["logging"]["options"]["max-size"]
    if name != "airflow-init":
        assert service["healthcheck"]
        assert service["restart"] == "unless-stopped"
    assert not service["image"].endswith(":latest")
    assert ":" in service["image"]
    assert "privileged" not in service
    assert "docker.sock" not in json.dumps(service)


def test_only_the_user_interface_is_published_and_only_on_this_machine():
    """Every other service has no port on the host at all."""
    published = {name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service}
    assert published == {"airflow-apiserver": ["127.0.0.1:${AIRFLOW_PORT:-8080}:8080"]}


def test_exactly_one_service_gets_the_token():
    """Airflow hands it on to every task of that service; no other process of the set sees it."""
    holders = [
        name for name, service in COMPOSE["services"].items() if "DISCORD_TOKEN" in service.get("environment", {})
    ]
    assert holders == ["airflow-scheduler"]
    assert not any("env_file" in service for service in COMPOSE["services"].values())


def test_all_airflow_services_share_one_jwt_secret_and_wait_for_the_init():
    """Different secrets end every task with "Invalid auth token"."""
    airflow = {
        name: COMPOSE["services"][name] for name in SERVICES if name.startswith("airflow-") and name != "airflow-db"
    }
    assert len({service["environment"]["AIRFLOW__API_AUTH__JWT_SECRET"] for service in airflow.values()}) == 1
    for name, service in airflow.items():
        if name != "airflow-init":
            assert service["depends_on"]["airflow-init"] == {"condition": "service_completed_successfully"}
            assert service["read_only"] is True
            assert not service["user"].startswith("0")


def test_the_default_jwt_secret_is_long_enough():
    """64 bytes, or Airflow warns at every start."""
    text = COMPOSE["services"]["airflow-scheduler"]["environment"]["AIRFLOW__API_AUTH__JWT_SECRET"]
    assert len(text.removeprefix("${AIRFLOW_JWT_SECRET:-").removesuffix("}")) >= 64


def test_the_image_is_pinned_non_root_and_installs_with_hashes():
    """The Dockerfile's own promises."""
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert "ARG AIRFLOW_IMAGE=apache/airflow:slim-3.3.2-python3.12" in lines
    assert [line for line in lines if line.startswith("USER")][-1] == "USER airflow"
    assert any("--require-hashes -r" in line for line in lines)


def test_everything_the_image_copies_exists_and_nothing_else_is_sent():
    """A .dockerignore that lets in only what the Dockerfile names keeps secrets and exports out of the image."""
    copied = {
        source
        for line in (ROOT / "Dockerfile").read_text().splitlines()
        if line.startswith("COPY") and "--from" not in line
        for source in line.split()[1:-1]
        if not source.startswith("--")
    }
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == allowed
    assert all((ROOT / source).exists() for source in copied)


def test_the_image_and_the_chart_name_the_airflow_that_is_locked():
    """One version of Airflow everywhere."""
    locked = next(line for line in (ROOT / "requirements.lock").read_text().splitlines() if "airflow-core==" in line)
    version = locked.split("==")[1].split()[0]
    values = yaml.safe_load((HELM / "values-small.yaml").read_text())
    assert values["airflowVersion"] == version
    assert f"slim-{version}-" in (ROOT / "Dockerfile").read_text()
    assert COMPOSE["services"]["airflow-scheduler"]["image"].endswith(f"airflow{version}}}")
