// A community client against the sandbox. Prints one JSON object of what it saw.
import { SupabaseManagementAPI } from "supabase-management-js";

const { api, token, organization, name } = JSON.parse(process.argv[2]);
const client = new SupabaseManagementAPI({ accessToken: token, baseUrl: api });
const supabase = new Proxy(client, {
  get: (target, verb) => async (...given) => (await target[verb](...given)).data,
});
const seen = {};

const organizations = await supabase.listAllOrganizations();
seen.organizations = organizations.map((each) => each.slug ?? each.id);

// Projects.
const made = await supabase.createAProject({
  name,
  organization_slug: organization,
  db_pass: "a-password-of-a-stranger-1",
  region_selection: { type: "specific", code: "eu-north-1" },
});
const ref = made.ref ?? made.id;
seen.status = made.status;
for (let turn = 0; turn < 600; turn++) {
  const found = await supabase.getProject(ref);
  const health = found.status === "ACTIVE_HEALTHY"
    ? await supabase.getServicesHealth(ref, { services: ["db", "pooler", "rest", "auth"] })
    : [];
  if (health.length && health.every((each) => each.status === "ACTIVE_HEALTHY")) break;
  await new Promise((resolve) => setTimeout(resolve, 50));
}
const projects = await supabase.listAllProjects();
seen.listed = projects.some((each) => each.name === name);
const renamed = await supabase.updateAProject(ref, { name: `${name}-renamed` });
seen.renamed = (await supabase.getProject(ref)).name;

// Settings.
await supabase.updateSslEnforcementConfig(ref, { requestedConfig: { database: true } });
seen.isTlsEnforced = (await supabase.getSslEnforcementConfig(ref)).currentConfig.database;
const pooler = await supabase.getPoolerConfig(ref);
seen.pooler = pooler.map((each) => each.pool_mode);
const keys = await supabase.getProjectApiKeys(ref, { reveal: true });
seen.keys = keys.map((each) => each.name).sort();

// Variables: edge-function secrets give digests only.
await supabase.bulkCreateSecrets(ref, [{ name: "GREETING", value: "hello" }]);
seen.secrets = (await supabase.listAllSecrets(ref)).map((each) => [each.name, each.value === "hello"]);
await supabase.bulkDeleteSecrets(ref, ["GREETING"]);
seen.secretsLeft = (await supabase.listAllSecrets(ref)).map((each) => each.name);

// SQL.
seen.rows = await supabase.runAQuery(ref, { query: "select 1 + 1 as two" });

// What is refused comes as the client's own error.
try {
  await supabase.createAProject({ name: `${name}-renamed`, organization_slug: organization, db_pass: "another-password-12" });
} catch (error) {
  seen.refused = error.response?.status ?? error.status;
}
console.log(JSON.stringify(seen));
