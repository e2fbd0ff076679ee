import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, describe, it } from "node:test";
import { SMTPServer } from "smtp-server";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLog, type Log } from "../../../src/core/log.ts";
import { silentMeters } from "../../../src/core/metric.ts";
import { createNotify, notifySection, type NotifyDependencies } from "../../../src/notify/capability.ts";
import type { Notice } from "../../../src/notify/notice.ts";
import { desktopArgv } from "../../../src/notify/program.ts";
import { secretBytes, sign } from "../../../src/notify/signature.ts";
import { runProcess } from "../../../src/tools/process.ts";

const notice: Notice = {
  type: "alert.firing",
  title: 'Runs of "triage" fail',
  body: "4 of 5 runs have failed in the last 10 minutes; $(touch nothing) `here`",
  severity: "critical",
  path: "/alerts/RunsFailing",
  data: { rule: "RunsFailing", value: 0.8 },
};

const folder = mkdtempSync(join(tmpdir(), "tutti-notify-"));
after(() => rmSync(folder, { recursive: true }));

// Waits between tries are not waited for.
const hasty = { ...systemClock, after: (_ms: number, call: () => void) => systemClock.after(0, call) };

function notifier(settings: object, given: Partial<NotifyDependencies> = {}) {
  return createNotify({
    settings: notifySection.schema.parse(settings),
    clock: hasty,
    random: Math.random,
    log: silentLog,
    meters: () => silentMeters,
    version: "1.2.3",
    runProgram: runProcess,
    folder,
    environment: process.env,
    platform: "linux",
    ...given,
  });
}

interface Received {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A receiver that answers with these states, one after the other, and then 200. */
async function receiver(...states: number[]) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    text(request).then(
      (body) => {
        received.push({ headers: request.headers, body });
        response.writeHead(states.shift() ?? 200, { location: "http://127.0.0.1:9/" }).end("thanks");
      },
      (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe("a webhook", { timeout: 30_000 }, () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

  it("gets JSON that is signed as Standard Webhooks says", async () => {
    using there = await receiver();
    const { send } = notifier({ channels: { team: { webhook: there.url, secret } } });
    assert.deepEqual(await send(notice, ["team"]), [{ channel: "team", error: null }]);
    const [{ headers, body } = assert.fail("nothing came")] = there.received;
    const { type, data } = JSON.parse(body) as { type: string; data: Record<string, unknown> };
    assert.equal(type, "alert.firing");
    assert.equal(data["title"], notice.title);
    assert.equal(data["rule"], "RunsFailing");
    const key = secretBytes(secret) ?? assert.fail("no secret");
    const [id, timestamp] = [String(headers["webhook-id"]), Number(headers["webhook-timestamp"])];
    assert.equal(headers["webhook-signature"], sign(key, { id, timestamp, body }));
    assert.ok(Math.abs(timestamp - Date.now() / 1_000) < 60);
  });

  it("is signed as the example in the standard", () => {
    const key = secretBytes("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") ?? assert.fail("no secret");
    const message = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: '{"test": 2432232314}' };
    assert.equal(sign(key, message), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  });

  it("is tried again with the same id where the receiver is in trouble", async () => {
    using there = await receiver(503, 429);
    const { send } = notifier({ channels: { team: { webhook: there.url } } });
    assert.deepEqual(await send(notice, ["team"]), [{ channel: "team", error: null }]);
    assert.equal(there.received.length, 3);
    assert.equal(new Set(there.received.map(({ headers }) => headers["webhook-id"])).size, 1);
  });

  it("is not tried again where the receiver refuses, and never follows it elsewhere", async () => {
    using there = await receiver(302, 404);
    const { send } = notifier({ channels: { team: { webhook: there.url } } });
    const [first] = await send(notice, ["team"]);
    const [second] = await send(notice, ["team"]);
    assert.match(first?.error ?? "", /answered 302$/);
    assert.match(second?.error ?? "", /answered 404$/);
    assert.equal(there.received.length, 2);
  });

  it("says why nobody could be reached", async () => {
    const { send } = notifier({ channels: { team: { webhook: "http://127.0.0.1:9/" } } });
    const [delivery] = await send(notice, ["team"]);
    assert.match(delivery?.error ?? "", /fetch failed: .+/);
  });
});

describe("mail", { timeout: 30_000 }, () => {
  it("arrives at a real server, with its words as they are", async () => {
    const mails: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS"],
      onData(stream, _session, done) {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => void chunks.push(chunk));
        stream.on("end", () => {
          mails.push(Buffer.concat(chunks).toString());
          done();
        });
      },
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const { port } = server.server.address() as AddressInfo;
    try {
      const channels = { me: { email: "me@example.org" } };
      const room = notifier({ smtp: `smtp://127.0.0.1:${port}`, from: "tutti@example.org", channels });
      assert.deepEqual(await room.send(notice, ["me"]), [{ channel: "me", error: null }]);
      const [mail = ""] = mails;
      assert.match(mail, /^From: tutti@example\.org\r\n/m);
      assert.match(mail, /^To: me@example\.org\r\n/m);
      assert.match(mail, /^Subject: =\?UTF-8\?Q\?=5Bcritical=5D_Runs_of_=22triage=22_fail\?=\r\n/m);
      assert.match(mail, /\$\(touch nothing\) `here`/);
      assert.equal((await room.checks?.[0]?.run(AbortSignal.timeout(5_000)))?.status, "ok");
    } finally {
      await new Promise<void>((resolve) => server.close(resolve));
    }
  });

  it("is refused in words where no server is named", async () => {
    const { send } = notifier({ channels: { me: { email: "me@example.org" } } });
    assert.deepEqual(await send(notice, ["me"]), [{ channel: "me", error: "there is no mail server" }]);
  });
});

describe("a command", { timeout: 30_000 }, () => {
  it("reads the notice and has its words in the environment, untouched by a shell", async () => {
    const out = join(folder, "told.json");
    const script = `require("fs").writeFileSync(${JSON.stringify(out)}, JSON.stringify([require("fs").readFileSync(0, "utf8"), process.env.TUTTI_BODY]))`;
    const { send } = notifier({ channels: { mine: { command: [process.execPath, "-e", script] } } });
    assert.deepEqual(await send(notice, ["mine"]), [{ channel: "mine", error: null }]);
    const [stdin, body] = JSON.parse(readFileSync(out, "utf8")) as [string, string];
    assert.equal((JSON.parse(stdin) as Notice).title, notice.title);
    assert.equal(body, notice.body);
  });

  it("that fails is told with its last words", async () => {
    const script = 'console.error("first"); console.error("the room is empty"); process.exit(3)';
    const { send } = notifier({ channels: { mine: { command: [process.execPath, "-e", script] } } });
    const [delivery] = await send(notice, ["mine"]);
    assert.match(delivery?.error ?? "", /ended with 3: the room is empty$/);
  });
});

describe("a notice", () => {
  it("goes by every channel, and one that is not there keeps nobody from it", async () => {
    const told: unknown[] = [];
    const log: Log = { ...silentLog, error: (event, fields) => void told.push([event, fields?.["message"]]) };
    const { send } = notifier({}, { log });
    const deliveries = await send(notice, ["nobody", "log", "log"]);
    assert.deepEqual(told, [["alert.firing", notice.title]]);
    assert.deepEqual(
      deliveries.map(({ channel, error }) => [channel, error]),
      [
        ["nobody", 'there is no channel "nobody"; they are log, desktop'],
        ["log", null],
      ],
    );
  });

  it("is handed to the desktop as arguments, never as a script", () => {
    const hostile = { ...notice, title: '--help"; do shell script "x', body: "-e" };
    for (const platform of ["linux", "darwin"] as const) {
      const argv = desktopArgv(platform, hostile);
      assert.deepEqual(argv.slice(-2), [hostile.title, hostile.body]);
    }
    assert.ok(desktopArgv("linux", hostile).includes("--"));
    assert.throws(() => desktopArgv("aix", notice), /no desktop notices on aix/);
  });
});
