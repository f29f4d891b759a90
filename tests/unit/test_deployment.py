"""What is deployed: compose file, Dockerfile, chart values and manifests, against their schemas and our own rules."""

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import kubernetes_validate
import pytest
import yaml
from native.compose_file import MissingVariableError, read_service

ROOT = Path(__file__).parents[2]
HELM = ROOT / "deploy" / "helm"
CHART_SCHEMA = json.loads((ROOT / "deploy/schemas/airflow-chart-1.22.0-values.schema.json").read_text())
MANIFESTS = ["namespace.yaml", "secrets.template.yaml", "network-policies.yaml", "schema-job.yaml"]
VALUES = ["values-small.yaml", "values-grown.yaml", "values-celery.yaml"]
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


@pytest.mark.parametrize("name", VALUES)
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
    named |= {"discord-airflow-database", "discord-airflow-token", "discord-airflow-email"}
    assert named <= made


def test_secrets_of_ways_out_reach_the_pods_that_run_tasks_only():
    """Each variable of ours that is a secret stands in the scheduler's or the workers' environment, from a secret."""
    for name, place in (("values-small.yaml", "scheduler"), ("values-grown.yaml", "workers")):
        text = (HELM / name).read_text()
        where = json.dumps(yaml.safe_load(text)[place])
        for variable in ("NOTIFY_WEBHOOK", "NOTIFY_EMAIL_PASSWORD", "POST_WEBHOOK"):
            assert text.count(f"name: {variable},") == where.count(f'"name": "{variable}"') == 1


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


def test_every_variable_of_the_compose_file_is_explained():
    """Whoever sets one finds it in .env.example or on the page about deployment, or in its comment right here."""
    text = (ROOT / "docker-compose.yml").read_text()
    written = (ROOT / ".env.example").read_text() + (ROOT / "docs/deployment.md").read_text()
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", text))
    assert used >= {"DB_HOST", "DISCORD_TOKEN", "AIRFLOW_PORT", "AIRFLOW_UID"}
    assert sorted(name for name in used if not re.search(rf"\b{name}\b", written)) == []


def test_the_compose_file_is_filled_in_as_docker_compose_does():
    """Defaults for what `.env` leaves out, `$$` for a dollar; without DB_HOST the file's own sentence."""
    with pytest.raises(MissingVariableError, match=r"set it in \.env"):
        read_service("airflow-scheduler", {})
    filled = read_service(
        "airflow-scheduler", {"DB_HOST": "db.example", "DB_PASSWORD": "a$b", "AIRFLOW_DB_PASSWORD": "x"}
    )
    assert filled.environment["DB_HOST"] == "db.example"
    assert filled.environment["DB_PASSWORD"] == "a$b"
    assert filled.environment["DB_NAME"] == "discord_data"
    assert "airflow:x@airflow-db" in filled.environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    assert not any("${" in value for value in filled.environment.values())
    assert '"${AIRFLOW_UID}:0"' in read_service("airflow-init", {"DB_HOST": "x"}).command[0]


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


def holders(variable):
    """Return the services that get *variable*."""
    return [name for name in SERVICES if variable in COMPOSE["services"][name].get("environment", {})]


def test_each_secret_goes_to_the_services_that_need_it_and_to_no_other():
    """The token to the one that runs tasks; the data's password also to the one that makes the schema."""
    assert holders("DISCORD_TOKEN") == ["airflow-scheduler"]
    for name in ("NOTIFY_WEBHOOK", "NOTIFY_EMAIL_PASSWORD", "NOTIFY_EMAIL_HOST", "NOTIFY_EMAIL_TO", "POST_WEBHOOK"):
        assert holders(name) == ["airflow-scheduler"]
    assert holders("DB_PASSWORD") == ["airflow-init", "airflow-scheduler"]
    assert holders("_AIRFLOW_WWW_USER_PASSWORD") == ["airflow-init"]
    assert not any("env_file" in service for service in COMPOSE["services"].values())


def test_no_secret_is_written_into_the_compose_file():
    """Whatever is secret comes from `.env`; what stands here instead says that it is for development."""
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|TOKEN|SECRET|FERNET_KEY|WEBHOOK|SQL_ALCHEMY_CONN", name):
                assert "${" in value, name


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_is_nearer_to_the_host_than_it_has_to_be(name):
    """Nothing of the host's network, processes, devices or system folders; capabilities only for a start as root."""
    service = COMPOSE["services"][name]
    for key in ("network_mode", "pid", "ipc", "userns_mode", "uts", "cgroup", "devices", "volumes_from", "sysctls"):
        assert key not in service, key
    assert set(service["networks"]) <= {"inside", "outside"}
    assert service["init"] is True
    assert set(service.get("cap_add", [])) <= {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}
    assert not any("unconfined" in option for option in service["security_opt"])
    for volume in service.get("volumes", []):
        source = volume["source"] if isinstance(volume, dict) else volume.split(":")[0]
        assert not source.startswith(("/", "~")), source
        assert ".." not in source


def test_databases_and_settings_are_out_of_reach():
    """The databases hang on a network without a way out; the settings are mounted to be read only."""
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("airflow-db", "discord-data"):
        assert COMPOSE["services"][name]["networks"] == ["inside"]
    [settings] = [volume for volume in COMPOSE["services"]["airflow-scheduler"]["volumes"] if isinstance(volume, dict)]
    assert settings["read_only"] is True


def test_the_optional_services_start_only_when_asked_for():
    """A database and a model are brought by their profiles, and nothing else is optional."""
    optional = {
        name: COMPOSE["services"][name]["profiles"] for name in SERVICES if "profiles" in COMPOSE["services"][name]
    }
    assert optional == {"discord-data": ["database"], "ollama": ["ollama"]}


def test_no_server_of_task_logs_listens():
    """Task logs lie on a shared volume, so the two services that would serve them do not."""
    for name in ("airflow-scheduler", "airflow-triggerer"):
        assert "--skip-serve-logs" in COMPOSE["services"][name]["command"]


def test_pods_of_the_chart_keep_to_the_restricted_standard():
    """What the values say about security fits what the namespace enforces, in both flavours."""
    for name in VALUES:
        values = yaml.safe_load((HELM / name).read_text())
        contexts = values.get("securityContexts", {"pod": None, "containers": None})
        if contexts["pod"]:
            assert contexts["pod"]["runAsNonRoot"] is True
            assert contexts["pod"]["seccompProfile"] == {"type": "RuntimeDefault"}
            assert contexts["containers"] == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
        assert values.get("createUserJob", {"enabled": False})["enabled"] is False
        assert "hostPath" not in json.dumps(values)


def test_every_claim_that_the_values_name_is_made():
    """A pod never waits for a volume that nobody has asked for."""
    made = {document["metadata"]["name"] for document in documents("namespace.yaml")}
    values = yaml.safe_load((HELM / "values-small.yaml").read_text())
    named = {volume["persistentVolumeClaim"]["claimName"] for volume in values["volumes"] if "configMap" not in volume}
    assert named | {values["logs"]["persistence"]["existingClaim"]} <= made
    assert {mount["name"] for mount in values["volumeMounts"]} == {volume["name"] for volume in values["volumes"]}


def test_the_grown_flavour_needs_no_disk_for_reports():
    """Its list of volumes takes the place of the small one's: each mount still has its volume, and reports no claim."""
    small, grown = (yaml.safe_load((HELM / f"values-{name}.yaml").read_text()) for name in ("small", "grown"))
    volumes = {volume["name"]: volume for volume in grown["volumes"]}
    assert {mount["name"] for mount in small["volumeMounts"]} == set(volumes)
    assert "emptyDir" in volumes.pop("reports")
    assert list(volumes.values()) == [volume for volume in small["volumes"] if volume["name"] != "reports"]
    # The page then reads from the database, so the API server has to know where that is.
    assert "discord-airflow-database" in small["extraEnvFrom"]
    assert "extraEnvFrom" not in grown


def test_the_network_is_closed_but_for_named_flows():
    """Default deny in both directions, then names, Airflow's own, the databases, and HTTPS for tasks alone."""
    policies = {document["metadata"]["name"]: document["spec"] for document in documents("network-policies.yaml")}
    deny = policies.pop("default-deny")
    assert deny == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert set(policies) == {"allow-dns", "allow-inside", "allow-databases", "allow-https-for-tasks"}
    [who] = policies["allow-https-for-tasks"]["podSelector"]["matchExpressions"]
    assert who["values"] == ["scheduler", "worker"]


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
