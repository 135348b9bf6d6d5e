"""Run deploy/stack.yml in a Swarm of one node: updates while viewers watch."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.crowd import crowd
from tests.deploy.swarm import IMAGE, SERVICES, Swarm
from tests.support.accounts import AccountsFile, Browser
from tests.support.tls import Authority
from tests.support.waiting import until

pytestmark = [pytest.mark.deploy, pytest.mark.timeout(600)]

AIM_S = 3.0
REDIS_S = 5.0
"""services of one task: it ends before the new one starts"""
SLACK = 3.0
"""on a loaded machine"""


@pytest.fixture(scope="module")
def swarm() -> Iterator[Swarm]:
    running = Swarm()
    try:
        running.build("1")
        running.deploy(BEAMCAST_ALLOW_ANYONE="1")
        until(lambda: running.stream_state() == "live", "a live stream behind nginx", 60)
        yield running
    finally:
        running.end()


def update_under_viewers(swarm: Swarm, service: str, *changes: str) -> tuple[str, float]:
    """Return how the update of a service ended, and the longest gap of 20 viewers."""
    with crowd(swarm.port) as viewers:
        start = time.time()
        ended = swarm.update(service, *changes)
        updated = time.time()
        until(lambda: viewers.all_see(updated), "pictures for all afterwards", 30)
        gap_s = viewers.longest_gap_s(start)
    what = " ".join(changes)
    print(
        f"\n{service} ({what}): {ended} in {updated - start:.0f} s, no pictures for {gap_s:.2f} s"
    )
    return ended, gap_s


@pytest.mark.parametrize("service", ["web", "ingest", "nginx"])
def test_viewers_hardly_notice_that_a_service_is_replaced(swarm: Swarm, service: str) -> None:
    before = {container["Id"] for container in swarm.containers(service)}

    ended, gap_s = update_under_viewers(swarm, service, "--force")

    assert ended == "completed"
    assert gap_s < AIM_S * SLACK
    after = {container["Id"] for container in swarm.containers(service)}
    assert len(after) == SERVICES[service]
    assert not before & after


def test_a_new_redis_is_found_at_its_new_address(swarm: Swarm) -> None:
    ended, gap_s = update_under_viewers(swarm, "redis", "--force")

    assert ended == "completed"
    assert gap_s < REDIS_S * SLACK


def test_viewers_hardly_notice_a_new_version(swarm: Swarm) -> None:
    swarm.build("2")
    for service in ("ingest", "web"):
        ended, gap_s = update_under_viewers(swarm, service, "--image", f"{IMAGE}:2")
        assert ended == "completed"
        assert gap_s < AIM_S * SLACK
        images = {container["Config"]["Image"] for container in swarm.containers(service)}
        assert images == {f"{IMAGE}:2"}


def test_a_version_that_does_not_start_is_rolled_back_without_a_gap_for_viewers(
    swarm: Swarm,
) -> None:
    ended, gap_s = update_under_viewers(swarm, "web", "--env-add", "BEAMCAST_AUTH=nonsense")

    assert ended == "rollback_completed"
    assert gap_s < AIM_S * SLACK
    assert "BEAMCAST_AUTH is 'nonsense'; allowed is none, password or proxy" in swarm.log("web")
    until(swarm.all_run, "all tasks again", 60)


def test_only_nginx_is_published_and_not_by_the_mesh(swarm: Swarm) -> None:
    """The mesh would replace viewers' addresses, which the limits need, by its own."""
    published = {service: swarm.published(service) for service in SERVICES}
    assert published.pop("nginx") == [("host", swarm.port, 8080)]
    assert not any(published.values())


def test_tasks_run_without_root_and_without_writing(swarm: Swarm) -> None:
    for service, count in SERVICES.items():
        found = swarm.containers(service)
        assert len(found) == count, service
        for container in found:
            assert container["HostConfig"]["ReadonlyRootfs"], service
            assert container["HostConfig"]["CapDrop"] == ["ALL"], service
            assert container["HostConfig"]["Memory"] > 0, service
            assert container["Config"]["User"] in ("beamcast", "nginx", "redis"), service
            assert {mount["Type"] for mount in container["Mounts"]} <= {"tmpfs", "bind"}, service


def test_the_same_stack_with_passwords_and_tls_requires_a_login(
    swarm: Swarm, tmp_path: Path
) -> None:
    authority = Authority(tmp_path, "facility")
    certificate = str(authority.certificate())
    swarm.deploy(
        "deploy/stack.password.yml",
        "deploy/stack.tls.yml",
        BEAMCAST_ACCOUNTS_FILE=str(AccountsFile(tmp_path).path),
        BEAMCAST_CERTIFICATE=certificate,
        BEAMCAST_CERTIFICATE_KEY=certificate,
        BEAMCAST_CONTAINER_IMAGE=f"{IMAGE}:2",
    )
    browser = Browser(swarm.url.replace("http:", "https:")).over_tls(authority.ca)

    until(lambda: browser.me() == 401, "workers that ask", 60)
    assert browser.log_in().status_code == 303
    assert browser.me() == 200
