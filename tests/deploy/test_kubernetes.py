"""Check deploy/kubernetes against the Kubernetes schema, docker-compose.yml and the settings."""

import re
from collections.abc import Iterator
from typing import Any

import kubernetes_validate
import pytest
import yaml

from shared import settings
from tests.support.processes import ROOT
from web.server.shutdown import MAX_DRAIN_S

FOLDER = ROOT / "deploy" / "kubernetes"
KUSTOMIZATION: dict[str, Any] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
BOARD: dict[str, Any] = yaml.safe_load((FOLDER / "push" / "kustomization.yaml").read_text())
OBJECTS: dict[str, dict[str, Any]] = {
    f"{found['kind']}/{found['metadata']['name']}": found
    for folder, kustomization in ((FOLDER, KUSTOMIZATION), (FOLDER / "push", BOARD))
    for name in kustomization["resources"]
    for found in yaml.safe_load_all((folder / name).read_text())
}
COMPOSE: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())[
    "services"
]
SETTINGS = dict(
    re.findall(r"^(BEAMCAST_\w+)=(.*)$", (FOLDER / "settings.env").read_text(), re.MULTILINE)
)
OLDEST = "1.30"
"""the versions that kustomization.yaml supports"""
PARTS = {
    "redis": None,
    "ingest": settings.IngestSettings,
    "push": settings.PushSettings,
    "web": settings.WebSettings,
}
OURS = [part for part in PARTS if part != "redis"]
SECRETS = {"push": {"BEAMCAST_PUSH_PASSWORDS": "a-long-word-of-passage"}}
"""the settings that a Secret adds"""


def of_kind(kind: str) -> Iterator[dict[str, Any]]:
    return (found for name, found in OBJECTS.items() if name.startswith(f"{kind}/"))


def pod(part: str) -> dict[str, Any]:
    template: dict[str, Any] = OBJECTS[f"Deployment/{part}"]["spec"]["template"]
    return template


def container(part: str) -> dict[str, Any]:
    (only,) = pod(part)["spec"]["containers"]
    return only


def ports(part: str) -> dict[str, int]:
    return {port["name"]: port["containerPort"] for port in container(part)["ports"]}


def environ(part: str) -> dict[str, str]:
    """Return the environment of a part's program."""
    secret = SECRETS.get(part, {})
    given = [{"configMapRef": {"name": "settings"}}, {"secretRef": {"name": part}}]
    assert container(part)["envFrom"] == given[: 1 + bool(secret)]
    return SETTINGS | secret | {each["name"]: each["value"] for each in container(part)["env"]}


def picked(selector: dict[str, Any]) -> set[str]:
    """Return the parts whose pods match a selector."""
    found = set()
    for part in PARTS:
        labels = pod(part)["metadata"]["labels"]
        match_labels = selector.get("matchLabels", {})
        among = selector.get("matchExpressions", [])
        assert all(each["operator"] == "In" for each in among)
        if match_labels.items() <= labels.items() and all(
            labels[each["key"]] in each["values"] for each in among
        ):
            found.add(part)
    return found


def mebibytes(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(M|G|Mi|Gi)", text).groups()  # type: ignore[union-attr]
    return int(number) * (1024 if unit[0] == "G" else 1)


@pytest.mark.parametrize("version", [OLDEST, kubernetes_validate.latest_version()])
@pytest.mark.parametrize("name", OBJECTS)
def test_every_manifest_is_valid_strictly(name: str, version: str) -> None:
    kubernetes_validate.validate(OBJECTS[name], version, strict=True)


def test_a_misspelt_field_would_be_found() -> None:
    wrong = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"nam": "beamcast"}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, OLDEST, strict=True)


def test_the_kustomization_lists_all_files() -> None:
    listed = {*KUSTOMIZATION["resources"], "kustomization.yaml"}
    for generator in KUSTOMIZATION["configMapGenerator"]:
        listed.update(generator["envs"])
    assert listed == {path.name for path in FOLDER.iterdir() if path.is_file()}
    beside = {path.name for path in (FOLDER / "push").iterdir()}
    assert {*BOARD["resources"], "kustomization.yaml"} == beside
    assert BOARD["kind"] == "Component"
    assert {found["name"] for found in KUSTOMIZATION["configMapGenerator"]} == {"settings"}
    assert KUSTOMIZATION["namespace"] in {
        found["metadata"]["name"] for found in of_kind("Namespace")
    }


@pytest.mark.parametrize("part", PARTS)
def test_images_and_commands_are_those_of_compose(part: str) -> None:
    ours, theirs = container(part), COMPOSE[part]
    assert ours["image"] == theirs["image"]
    assert ours.get("command", ours.get("args")) == theirs["command"]


def test_the_image_is_the_one_that_is_built() -> None:
    (image,) = KUSTOMIZATION["images"]
    assert image["name"] == COMPOSE["web"]["image"]


@pytest.mark.parametrize("part", PARTS)
def test_limits_are_those_of_compose(part: str) -> None:
    resources = container(part)["resources"]
    limits = COMPOSE[part]["deploy"]["resources"]["limits"]
    assert mebibytes(resources["limits"]["memory"]) == mebibytes(limits["memory"])
    assert resources["limits"]["cpu"] == limits.get("cpus", "4")
    assert resources["requests"].keys() == {"cpu", "memory"}
    assert mebibytes(resources["requests"]["memory"]) <= mebibytes(limits["memory"])


@pytest.mark.parametrize("part", PARTS)
def test_every_container_has_probes_and_no_privileges(part: str) -> None:
    spec, only = pod(part)["spec"], container(part)
    assert {"readinessProbe", "livenessProbe"} <= only.keys()
    assert only["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] > 0
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    # Kubernetes would add variables for each Service, and what begins with BEAMCAST_ is checked.
    assert spec["enableServiceLinks"] is False


@pytest.mark.parametrize("part", OURS)
def test_the_user_is_the_images(part: str) -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    assert f"--uid {pod(part)['spec']['securityContext']['runAsUser']} " in dockerfile


@pytest.mark.parametrize("part", OURS)
def test_the_program_accepts_its_settings(part: str) -> None:
    command = PARTS[part]
    assert command
    taken = settings.read(command, [], environ(part))  # ends the test when it would not start
    assert taken.redis == f"redis://{OBJECTS['Service/redis']['metadata']['name']}:6379/0"
    assert ports("redis") == {"redis": 6379}


def test_ports_are_those_of_the_settings() -> None:
    assert ports("web") == {"http": int(environ("web")["BEAMCAST_PORT"])}
    assert ports("ingest") == {"metrics": int(environ("ingest")["BEAMCAST_METRICS_PORT"])}
    push = {name: environ("push")[f"BEAMCAST_PUSH_{name}"] for name in ("PORT", "TCP_PORT")}
    assert ports("push") == {
        "http": int(push["PORT"]),
        "lines": int(push["TCP_PORT"]),
        "metrics": int(environ("push")["BEAMCAST_PUSH_METRICS_PORT"]),
    }
    for part in OURS:
        annotations = pod(part)["metadata"]["annotations"]
        assert int(annotations["prometheus.io/port"]) in ports(part).values()


@pytest.mark.parametrize("part", OURS)
def test_kubernetes_and_compose_fix_the_same_settings(part: str) -> None:
    fixed = {each["name"]: each["value"] for each in container(part)["env"]}
    theirs = {k: v for k, v in COMPOSE[part]["environment"].items() if k in fixed and v is not None}
    assert {name: fixed[name] for name in theirs} == theirs


@pytest.mark.parametrize("part", PARTS)
def test_every_mount_has_its_volume(part: str) -> None:
    volumes = {volume["name"] for volume in pod(part)["spec"]["volumes"]}
    assert {mount["name"] for mount in container(part)["volumeMounts"]} == volumes


def test_the_accounts_are_mounted_where_the_worker_reads_them() -> None:
    (mount,) = (m for m in container("web")["volumeMounts"] if m["name"] == "accounts")
    assert environ("web")["BEAMCAST_ACCOUNTS"] == f"{mount['mountPath']}/accounts.json"


def test_every_selector_finds_pods_that_exist() -> None:
    for kind in ("Deployment", "PodDisruptionBudget"):
        for found in of_kind(kind):
            assert picked(found["spec"]["selector"]) == {found["metadata"]["name"]}
    for service in of_kind("Service"):
        (part,) = picked({"matchLabels": service["spec"]["selector"]})
        offered = {port["targetPort"] for port in service["spec"]["ports"]}
        assert offered == set(ports(part)) - {"metrics"}
    for scaler in of_kind("HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        assert "replicas" not in OBJECTS[f"{target['kind']}/{target['name']}"]["spec"]


def test_the_ingress_leads_to_a_service_port() -> None:
    for ingress in of_kind("Ingress"):
        assert {r["host"] for r in ingress["spec"]["rules"]} == {
            *ingress["spec"]["tls"][0]["hosts"]
        }
        for rule in ingress["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                requested = path["backend"]["service"]
                offered = OBJECTS[f"Service/{requested['name']}"]["spec"]["ports"]
                assert requested["port"]["name"] in {port["name"] for port in offered}


def test_network_policies_deny_everything_else() -> None:
    policies = {found["metadata"]["name"]: found["spec"] for found in of_kind("NetworkPolicy")}
    assert policies.pop("nobody") == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for policy in policies.values():
        parts = picked(policy["podSelector"])
        assert parts
        for rule in policy.get("ingress", []):
            assert rule["from"]
            for port in rule["ports"]:
                assert all(port["port"] in ports(part) for part in parts)
        for rule in policy.get("egress", []):
            assert rule["to"]
            assert rule["ports"]
    assert "egress" not in policies["redis"]


def test_ingest_may_reach_the_port_of_its_source() -> None:
    rules = OBJECTS["NetworkPolicy/ingest"]["spec"]["egress"]
    allowed = {port["port"] for rule in rules for port in rule["ports"]}
    assert allowed == {
        int(SETTINGS["BEAMCAST_SOURCE"].rpartition(":")[2]),
        *ports("redis").values(),
    }


def test_workers_have_the_time_to_drain() -> None:
    asleep_s = container("web")["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod("web")["spec"]["terminationGracePeriodSeconds"] > asleep_s + MAX_DRAIN_S + 2
    assert int(COMPOSE["web"]["stop_grace_period"].removesuffix("s")) > MAX_DRAIN_S + 1


def test_a_new_worker_must_reach_redis_but_a_running_one_survives_its_loss() -> None:
    requested = {
        probe: container("web")[f"{probe}Probe"]["httpGet"]["path"]
        for probe in ("startup", "readiness", "liveness")
    }
    assert requested == {"startup": "/readyz", "readiness": "/healthz", "liveness": "/healthz"}
