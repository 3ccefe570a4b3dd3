// Calls of the desk to the server: its own bearer token, no cookies, a time limit, two kinds of failure.
const LIMIT_MS = 15000;

// No answer, or one that says "later": ask again.
export class NoNetwork extends Error {
  constructor(message, waitMs = 0) {
    super(message);
    this.waitMs = waitMs;
  }
}

// The server has understood and does not want to.
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || String(status));
    this.status = status;
    this.problem = problem;
  }
}

export class Server {
  constructor({ base, token, language, skew = 0 }) {
    this.base = base;
    this.headers = { Authorization: `Bearer ${token}`, "Accept-Language": language };
    this.skew = skew;
  }

  // The present instant by the server's clock, as far as it is known.
  now() {
    return new Date(Date.now() + this.skew);
  }

  get(path) {
    return this.call("GET", path);
  }

  post(path, body, limit) {
    return this.call("POST", path, body, limit);
  }

  async call(method, path, body, limit = LIMIT_MS) {
    const sent = Date.now();
    const answer = await this.answer(method, path, body, limit);
    const content = await answer.json().catch(() => { throw new NoNetwork("unreadable answer"); });
    if (answer.status >= 500 || answer.status === 429) throw new NoNetwork(String(answer.status), pauseOf(answer));
    if (!answer.ok) throw new Refused(answer.status, content);
    if (content.server_time) this.skew = Date.parse(content.server_time) - (sent + Date.now()) / 2;
    return content;
  }

  async answer(method, path, body, limit) {
    const headers = body ? { ...this.headers, "Content-Type": "application/json" } : this.headers;
    try {
      return await fetch(this.base + path, {
        method,
        headers,
        body: body && JSON.stringify(body),
        credentials: "omit",
        cache: "no-store",
        signal: AbortSignal.timeout(limit),
      });
    } catch (failure) {
      throw new NoNetwork(failure.name);
    }
  }
}

function pauseOf(answer) {
  const seconds = Number(answer.headers.get("Retry-After"));
  return Number.isFinite(seconds) ? Math.min(seconds, 120) * 1000 : 0;
}
