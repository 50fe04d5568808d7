// The one way from the web apps to the backend.
import { config } from "generated:config.js";

const TIMEOUT_MS = Number(config.NEXT_PUBLIC_API_TIMEOUT) || 10000;

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

// Answers the JSON of `path`; throws ApiError with a sentence to show.
export async function call(path, { method = "GET", body, token } = {}) {
  const headers = {};
  if (body !== undefined) headers["content-type"] = "application/json";
  if (token) headers.authorization = `Bearer ${token}`;
  let answer;
  try {
    answer = await fetch(new URL(path, config.NEXT_PUBLIC_API_URL), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "include",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new ApiError(0, "We cannot reach Vocilia right now. Please try again.");
  }
  const document = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new ApiError(answer.status, document.message ?? "Something went wrong.");
  return document;
}
