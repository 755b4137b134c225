// One change from plan to committed row through @connectrpc/connect-node on generated code: argv = URL, protocol (connect, grpc).
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import assert from "node:assert/strict";

import { AuthService } from "./gen/argus/v1/auth_service_pb.js";
import { Approval_Status, IssueService } from "./gen/argus/v1/issue_service_pb.js";
import { PlanCheckRun_State, PlanCheckRunService } from "./gen/argus/v1/plan_check_run_service_pb.js";
import { PlanService } from "./gen/argus/v1/plan_service_pb.js";
import { Rollout_State, RolloutService } from "./gen/argus/v1/rollout_service_pb.js";
import { SheetService } from "./gen/argus/v1/sheet_service_pb.js";

const [baseUrl, protocol, table] = process.argv.slice(2);

function transport(token, useBinaryFormat = true) {
  const bearer = (next) => (request) => {
    if (token) request.header.set("Authorization", `Bearer ${token}`);
    return next(request);
  };
  return protocol === "grpc"
    ? createGrpcTransport({ baseUrl, interceptors: [bearer] })
    : createConnectTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat, interceptors: [bearer] });
}

async function login(loginId, useBinaryFormat) {
  const { accessToken } = await createClient(AuthService, transport()).login({ loginId, password: "argus-demo" });
  const as = transport(accessToken, useBinaryFormat);
  return (service) => createClient(service, as);
}

async function until(look) {
  for (let i = 0; i < 600; ++i) {
    const value = await look();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("waited in vain");
}

const [alice, bob, carol] = await Promise.all([login("alice", false), login("bob", true), login("carol", true)]);
const parent = "projects/play";

const sheet = await alice(SheetService).createSheet({
  parent, sheet: { content: new TextEncoder().encode(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY);`) },
});
const plan = await alice(PlanService).createPlan({
  parent, plan: { title: protocol, specs: [{ sheet: sheet.name, targets: ["instances/dev/databases/shop"] }] },
});
await until(async () => {
  const { planCheckRuns } = await alice(PlanCheckRunService).listPlanCheckRuns({ parent: plan.name });
  return planCheckRuns.length && planCheckRuns.every((run) => run.state === PlanCheckRun_State.DONE);
});
let issue = await alice(IssueService).createIssue({ parent, issue: { title: protocol, plan: plan.name } });
await until(async () => (await bob(IssueService).getIssue({ name: issue.name })).approval.status === Approval_Status.PENDING);

await assert.rejects(alice(IssueService).approveIssue({ name: issue.name }), (error) => {
  assert.equal(ConnectError.from(error).code, Code.PermissionDenied);
  return true;
});
issue = await bob(IssueService).approveIssue({ name: issue.name });
assert.equal(issue.approval.status, Approval_Status.APPROVED);

const rollout = await carol(RolloutService).createRollout({ parent, rollout: { plan: plan.name } });
await carol(RolloutService).startRollout({ name: rollout.name });
let last;
for await (const message of carol(RolloutService).watchRollout({ name: rollout.name })) last = message.rollout;
assert.equal(last.state, Rollout_State.DONE);
assert.equal((await carol(RolloutService).getRollout({ name: rollout.name })).state, Rollout_State.DONE);

await assert.rejects(alice(PlanService).getPlan({ name: "projects/play/plans/999999" }), (error) => {
  assert.equal(ConnectError.from(error).code, Code.NotFound);
  return true;
});
console.log("story told");
