// What the staff looks at: batches, health, jobs.
import { config } from "generated:config.js";
import { call } from "@vocilia/ui/api.js";
import { kronor, percent, time } from "@vocilia/ui/format.js";
import { badge, byId, during, element, keepFresh, showBuild, takeParameters, tile } from "@vocilia/ui/page.js";

const REFRESH_SECONDS = 4;
let token = "";

async function open() {
  const body = { name: byId("staff-name").value.trim().toLowerCase(), access_key: byId("access-key").value };
  token = (await call("/api/admin/session", { method: "POST", body })).token;
  byId("access-key").value = "";
  byId("enter").hidden = true;
  byId("office").hidden = false;
  await keepFresh(show, REFRESH_SECONDS);
}

async function show() {
  const { batches } = await call("/api/admin/batches", { token });
  const { dead_letters: dead } = await call("/api/admin/dead-letters", { token });
  // One after the other: asked at once, the questions would fill the pool they ask about.
  const detailed = await call("/health/detailed");
  const database = await call("/health/database");
  const jobs = await call("/health/jobs");
  byId("batches").replaceChildren(...batches.map(batchRow));
  byId("no-batches").hidden = batches.length > 0;
  byId("checks").replaceChildren(...detailed.checks.map(checkRow));
  byId("dead-letters").replaceChildren(...dead.map(deadRow));
  byId("dead").hidden = dead.length === 0;
  byId("health").replaceChildren(
    tile(detailed.status, "Backend"),
    tile(`${detailed.performance.avg_response_time_ms} ms`, "Average answer"),
    tile(detailed.performance.requests_per_minute, "Requests a minute"),
    tile(percent(detailed.performance.error_rate_percent), "Errors"),
    tile(percent(database.connection_pool.pool_utilization), "Pool in use"),
    tile(jobs.scheduler_running ? "running" : "stopped", "Worker"),
    tile(jobs.job_queue.pending_jobs, "Waiting jobs"),
    tile(database.last_backup ? time(database.last_backup) : "none yet", "Last backup"),
  );
}

const row = (...cells) => element("tr", {}, ...cells.map((cell) => element("td", {}, cell)));

const batchRow = (batch) =>
  row(batch.week, badge(batch.status), String(batch.processed_count), kronor(batch.total_ore), time(batch.completed_at));

const checkRow = (check) =>
  row(check.name.replaceAll("_", " "), badge(check.status, check.status !== "healthy"), `${check.response_time_ms} ms`);

const deadRow = (letter) => row(letter.kind, String(letter.attempts), time(letter.died_at), letter.error);

byId("enter-form").addEventListener("submit", (event) => {
  event.preventDefault();
  during(byId("open"), open);
});
byId("run-batch").hidden = config.NEXT_PUBLIC_ENABLE_MANUAL_BATCH === "false";
byId("run-batch").addEventListener("click", () =>
  during(byId("run-batch"), async () => {
    await call("/api/admin/batches", { method: "POST", body: {}, token });
    await show();
  }),
);
showBuild();
const parameters = takeParameters();
byId("staff-name").value = parameters.get("staff") ?? "";
byId("access-key").value = parameters.get("key") ?? "";
if (parameters.has("staff") && parameters.has("key")) during(byId("open"), open);
