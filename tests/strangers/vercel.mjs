// The vendor's own client against the sandbox: it validates every answer strictly.
// Prints one JSON object of what it saw.
import { createHash } from "node:crypto";
import { Vercel } from "@vercel/sdk";

const { api, token, team, name } = JSON.parse(process.argv[2]);
const vercel = new Vercel({ bearerToken: token, serverURL: api });
const teamId = team;
const seen = {};

// Projects.
const made = await vercel.projects.createProject({
  teamId,
  requestBody: { name, buildCommand: "mkdir -p dist && cp index.html dist/", outputDirectory: "dist" },
});
seen.project = { name: made.name, hasId: made.id.startsWith("prj_") };
const listed = await vercel.projects.getProjects({ teamId, search: name });
seen.listed = (listed.projects ?? listed.result?.projects ?? listed).map((each) => each.name);
const changed = await vercel.projects.updateProject({
  teamId,
  idOrName: made.id,
  requestBody: { nodeVersion: "20.x", ssoProtection: null },
});
seen.changed = changed.nodeVersion;
const read = await vercel.projects.getProject({ teamId, idOrName: name });
seen.read = read.nodeVersion;

// Variables.
const written = await vercel.projects.createProjectEnv({
  teamId,
  idOrName: made.id,
  upsert: "true",
  requestBody: [
    { key: "GREETING", value: "hello", type: "encrypted", target: ["production"] },
    { key: "HIDDEN", value: "nobody reads this", type: "sensitive", target: ["production"] },
  ],
});
seen.failed = written.failed;
const variables = await vercel.projects.filterProjectEnvs({ teamId, idOrName: made.id });
seen.variables = Object.fromEntries(variables.envs.map((each) => [each.key, each.type]));
const greeting = variables.envs.find((each) => each.key === "GREETING");
await vercel.projects.editProjectEnv({
  teamId,
  idOrName: made.id,
  id: greeting.id,
  requestBody: { value: "good morning" },
});
const decrypted = await vercel.projects.getProjectEnv({ teamId, idOrName: made.id, id: greeting.id });
seen.greeting = decrypted.value;

// Deployments.
const content = Buffer.from("<h1>by the vendor's client</h1>");
const sha = createHash("sha1").update(content).digest("hex");
await vercel.deployments.uploadFile({
  teamId,
  contentLength: content.length,
  xVercelDigest: sha,
  requestBody: content,
});
let deployment = await vercel.deployments.createDeployment({
  teamId,
  requestBody: {
    name,
    project: made.id,
    target: "production",
    files: [{ file: "index.html", sha, size: content.length }],
  },
});
for (let turn = 0; turn < 600 && !(deployment.readyState === "READY" && deployment.aliasAssigned); turn++) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  deployment = await vercel.deployments.getDeployment({ teamId, idOrUrl: deployment.id });
}
seen.state = deployment.readyState;
seen.url = deployment.url;
const deployments = await vercel.deployments.getDeployments({ teamId, projectId: made.id });
seen.deployments = deployments.deployments.map((each) => each.uid === deployment.id);
const slow = await vercel.projects.updateProject({
  teamId,
  idOrName: made.id,
  requestBody: { buildCommand: "sleep 60" },
});
const second = await vercel.deployments.createDeployment({
  teamId,
  forceNew: "1",
  requestBody: { name, project: slow.id, files: [{ file: "index.html", sha, size: content.length }] },
});
const canceled = await vercel.deployments.cancelDeployment({ teamId, id: second.id });
seen.canceled = canceled.readyState;

// Domains.
const host = `${name}.example.org`;
const added = await vercel.projects.addProjectDomain({ teamId, idOrName: made.id, requestBody: { name: host } });
seen.domain = { name: added.name, apexName: added.apexName, verified: added.verified };
const domains = await vercel.projects.getProjectDomains({ teamId, idOrName: made.id });
seen.domains = domains.domains.map((each) => each.name).sort();
const config = await vercel.domains.getDomainConfig({ teamId, domain: host, projectIdOrName: made.id });
seen.misconfigured = config.misconfigured;
seen.recommended = config.recommendedCNAME.length;
const other = `www.${host}`;
await vercel.projects.addProjectDomain({ teamId, idOrName: made.id, requestBody: { name: other } });
const redirected = await vercel.projects.updateProjectDomain({
  teamId,
  idOrName: made.id,
  domain: other,
  requestBody: { redirect: host, redirectStatusCode: 308 },
});
seen.redirect = redirected.redirect;
seen.domainRead = (await vercel.projects.getProjectDomain({ teamId, idOrName: made.id, domain: other })).redirectStatusCode;

// What is refused comes as the client's own error.
try {
  await vercel.projects.createProject({ teamId, requestBody: { name } });
} catch (error) {
  seen.refused = error.statusCode;
}
console.log(JSON.stringify(seen));
