// gRPC as a foreign client sees it: services found by reflection, health, one call. argv = host:port.
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";
import assert from "node:assert/strict";

const [address, contract, googleapis, grpcProto] = process.argv.slice(2);
const load = (file, ...includeDirs) =>
  grpc.loadPackageDefinition(protoLoader.loadSync(file, { includeDirs, keepCase: false, enums: String, longs: String }));
const insecure = grpc.credentials.createInsecure();
const call = (client, method, request, metadata = new grpc.Metadata()) =>
  new Promise((resolve, reject) => client[method](request, metadata, (error, answer) => (error ? reject(error) : resolve(answer))));

function exchange(stream, request) {
  return new Promise((resolve, reject) => {
    stream.on("data", resolve).on("error", reject);
    stream.write(request);
  });
}

for (const version of ["v1", "v1alpha"]) {
  const reflection = load(`grpc/reflection/${version}/reflection.proto`, grpcProto).grpc.reflection[version].ServerReflection;
  const stream = new reflection(address, insecure).serverReflectionInfo();
  const services = (await exchange(stream, { listServices: "" })).listServicesResponse.service.map((service) => service.name);
  for (const name of ["argus.v1.PlanService", "argus.v1.RolloutService", "grpc.health.v1.Health"]) assert(services.includes(name), name);
  stream.removeAllListeners("data");
  const described = await exchange(stream, { fileContainingSymbol: "argus.v1.PlanService" });
  assert(described.fileDescriptorResponse.fileDescriptorProto.length > 0);
  stream.end();
}

const health = new (load("grpc/health/v1/health.proto", grpcProto).grpc.health.v1.Health)(address, insecure);
assert.equal((await call(health, "check", { service: "" })).status, "SERVING");

const auth = new (load("argus/v1/auth_service.proto", contract, googleapis).argus.v1.AuthService)(address, insecure);
const { accessToken } = await call(auth, "login", { loginId: "alice", password: "argus-demo" });
const plans = new (load("argus/v1/plan_service.proto", contract, googleapis).argus.v1.PlanService)(address, insecure);
const metadata = new grpc.Metadata();
metadata.set("authorization", `Bearer ${accessToken}`);
const { plans: listed } = await call(plans, "listPlans", { parent: "projects/play" }, metadata);
assert(Array.isArray(listed));
await assert.rejects(call(plans, "listPlans", { parent: "projects/play" }), { code: grpc.status.UNAUTHENTICATED });
await assert.rejects(call(plans, "listPlans", { parent: "projects/play", pageSize: -1 }, metadata), { code: grpc.status.INVALID_ARGUMENT });
console.log("story told");
