"""Who may come in, and what they may see and do."""
import time

import pytest
from argus_server import ApiError, Argus, Client


def refused(call, *args, **kwargs):
    with pytest.raises(ApiError) as error:
        call(*args, **kwargs)
    return error.value


def test_the_first_start_makes_an_admin_whose_password_stands_only_in_a_private_file():
    with Argus() as server:
        file = server.data_dir / "initial-admin-password"
        assert file.stat().st_mode & 0o777 == 0o600
        password = file.read_text().strip()
        assert server.admin().get("/v1/users/me")["loginId"] == "admin"
        assert not any(password in str(line) for line in server.log)
        server.stop()
        server.start()
        assert file.read_text().strip() == password


def test_the_admin_password_may_come_from_the_environment():
    with Argus(env={"ARGUS_ADMIN_PASSWORD": "from the environment"}) as server:
        assert not (server.data_dir / "initial-admin-password").exists()
        server.login("admin", "from the environment")


def test_logout_revokes_and_refresh_rotates(demo):
    tokens = demo.anonymous.post("/v1/auth/login", {"loginId": "alice", "password": "argus-demo"})
    client = Client(demo.url, tokens["accessToken"])
    client.get("/v1/users/me")
    fresh = demo.anonymous.post("/v1/auth/refresh", {"refreshToken": tokens["refreshToken"]})
    assert fresh["accessToken"] != tokens["accessToken"]
    assert refused(client.get, "/v1/users/me").http == 401
    # Whoever shows a used refresh token ends the session.
    assert refused(demo.anonymous.post, "/v1/auth/refresh", {"refreshToken": tokens["refreshToken"]}).http == 401
    assert refused(Client(demo.url, fresh["accessToken"]).get, "/v1/users/me").http == 401

    client = demo.login("alice")
    client.post("/v1/auth/logout")
    error = refused(client.get, "/v1/users/me")
    assert (error.http, error.status) == (401, "UNAUTHENTICATED")


def test_failed_logins_slow_down_and_do_not_tell_who_exists():
    with Argus("--demo") as server:
        wrong = refused(server.login, "alice", "wrong")
        nobody = refused(server.login, "nobody", "wrong")
        assert (wrong.reason, wrong.message) == (nobody.reason, nobody.message)
        errors = [refused(server.login, "alice", "wrong") for _ in range(10)]
        assert errors[-1].reason == "TOO_MANY_FAILED_LOGINS"
        assert errors[-1].http == 429
        # The right password does not help while the account is slowed down.
        assert refused(server.login, "alice").reason == "TOO_MANY_FAILED_LOGINS"


def test_forged_forwarding_headers_are_not_believed(demo):
    client = demo.login("alice")
    client.request("POST", "/v1/projects/play/sheets", {"content": "U0VMRUNUIDE="},
                   {"X-Real-IP": "6.6.6.6", "X-Forwarded-For": "6.6.6.6", "X-Correlation-ID": "forged-ip"})
    entries = demo.login("auditor").get("/v1/auditLogs", filter='correlation_id="forged-ip"')["auditLogs"]
    assert [e["actorIp"] for e in entries] == ["127.0.0.1"]


def test_trusted_proxies_are_believed():
    with Argus("--demo", "--trusted-proxies", "127.0.0.0/8") as server:
        server.login("alice").request("POST", "/v1/projects/play/sheets", {"content": "U0VMRUNUIDE="},
                                      {"X-Real-IP": "10.42.11.7", "X-Correlation-ID": "proxied"})
        entries = server.login("auditor").get("/v1/auditLogs", filter='correlation_id="proxied"')["auditLogs"]
        assert [e["actorIp"] for e in entries] == ["10.42.11.7"]


def test_each_role_can_do_what_it_is_for_and_no_more(demo):
    sheet = {"content": "U0VMRUNUIDE="}
    assert demo.login("alice").post("/v1/projects/play/sheets", sheet)["sha256"]
    assert refused(demo.login("dave").post, "/v1/projects/play/sheets", sheet).reason == "PERMISSION_DENIED"
    assert refused(demo.login("auditor").post, "/v1/projects/play/sheets", sheet).http == 403
    assert refused(demo.login("alice").get, "/v1/auditLogs").http == 403
    assert refused(demo.login("alice").post, "/v1/instances", {"engine": "SQLITE", "dataDir": "/tmp"}, instanceId="x").http == 403
    assert demo.login("dba").get("/v1/instances")["instances"]


def test_what_may_not_be_seen_does_not_exist(demo):
    demo.admin().post("/v1/projects", {"title": "Hidden"}, projectId="hidden")
    stranger = demo.login("alice")
    hidden = refused(stranger.get, "/v1/projects/hidden")
    absent = refused(stranger.get, "/v1/projects/absent")
    assert (hidden.http, hidden.reason) == (absent.http, absent.reason) == (404, "RESOURCE_NOT_FOUND")
    assert [p["name"] for p in stranger.get("/v1/projects")["projects"]] == ["projects/play"]
    assert refused(stranger.post, "/v1/projects/hidden/plans", {"title": "x"}).http == 404


def test_denied_attempts_are_recorded(demo):
    demo.login("dave").request("POST", "/v1/projects/play/sheets", {"content": "U0VMRUNUIDE="}, {"X-Correlation-ID": "denied-1"})
    entries = demo.login("auditor").get("/v1/auditLogs", filter='correlation_id="denied-1"')["auditLogs"]
    assert [(e["action"], e["responseStatus"], e["severity"]) for e in entries] == [("bb.sheet.create", "denied", "WARNING")]


def test_passwords_and_deactivation(demo):
    admin = demo.admin()
    name = f"erin{time.monotonic_ns()}"
    admin.post("/v1/users", {"user": {"loginId": name, "title": "Erin"}, "password": "first password"})
    erin = demo.login(name, "first password")
    assert refused(erin.post, f"/v1/users/{name}:changePassword", 
                   {"currentPassword": "wrong", "newPassword": "x" * 12}).reason == "INVALID_CREDENTIALS"
    assert refused(erin.post, f"/v1/users/{name}:changePassword",
                   {"currentPassword": "first password", "newPassword": "short"}).reason == "WEAK_PASSWORD"
    erin.post(f"/v1/users/{name}:changePassword", {"currentPassword": "first password", "newPassword": "second password"})
    assert refused(demo.login, name, "first password").http == 401
    erin = demo.login(name, "second password")
    admin.post(f"/v1/users/{name}:deactivate")
    assert refused(erin.get, "/v1/users/me").http == 401
    assert refused(demo.login, name, "second password").http == 401


def test_the_last_admin_stays(demo):
    admin = demo.admin()
    assert refused(admin.post, "/v1/users/admin:deactivate").reason == "LAST_ADMIN"
    policy = admin.get("/v1/workspace:getIamPolicy")
    policy["bindings"] = [b for b in policy["bindings"] if b["role"] != "roles/workspaceAdmin"]
    assert refused(admin.post, "/v1/workspace:setIamPolicy", {"policy": policy}).reason == "LAST_ADMIN"


def test_groups_and_custom_roles_give_what_they_say(demo):
    admin = demo.admin()
    suffix = str(time.monotonic_ns())
    admin.post("/v1/roles", {"title": "Sheet writer", "permissions": ["bb.projects.get", "bb.sheets.create"]}, roleId="r" + suffix)
    admin.post("/v1/groups", {"title": "Writers", "members": ["users/member"]}, groupId="g" + suffix)
    member = demo.login("member")
    assert refused(member.post, "/v1/projects/play/sheets", {"content": "U0VMRUNUIDE="}).http == 404
    policy = admin.get("/v1/projects/play:getIamPolicy")
    policy["bindings"].append({"role": "roles/r" + suffix, "members": ["groups/g" + suffix]})
    admin.post("/v1/projects/play:setIamPolicy", {"policy": policy})
    member.post("/v1/projects/play/sheets", {"content": "U0VMRUNUIDE="})
    assert refused(member.get, "/v1/projects/play/plans").http == 403
