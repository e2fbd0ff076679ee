import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { createInterrupt, type Interrupt } from "../../../src/cli/interrupt.ts";

/** An interrupt whose signals a test sends, and the codes with which it would have ended the process. */
function listen(): { interrupt: Interrupt; send: (name: NodeJS.Signals) => void; exits: number[] } {
  const signals = new EventEmitter();
  const exits: number[] = [];
  const interrupt = createInterrupt({
    on: (name, listener) => signals.on(name, listener),
    off: (name, listener) => signals.off(name, listener),
    exit: (code) => exits.push(code),
  });
  return { interrupt, exits, send: (name) => void signals.emit(name, name) };
}

describe("signals", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  it("end nothing the first time: what is held comes to its end", () => {
    const { interrupt, send, exits } = listen();
    using held = interrupt.hold();
    send("SIGINT");
    assert.deepEqual([held.signal.aborted, held.again.aborted, held.exitCode()], [true, false, 130]);
    mock.timers.tick(60_000);
    assert.deepEqual(exits, []);
  });

  it("give a second to hand the runs back the second time, and end the process then", () => {
    const { interrupt, send, exits } = listen();
    using held = interrupt.hold();
    send("SIGTERM");
    send("SIGINT");
    assert.equal(held.again.aborted, true);
    mock.timers.tick(999);
    assert.deepEqual(exits, []);
    mock.timers.tick(1);
    assert.deepEqual(exits, [143], "with the code of the first signal");
  });

  it("end the process at once the third time", () => {
    const { interrupt, send, exits } = listen();
    using held = interrupt.hold();
    for (let times = 1; times <= 3; times++) send("SIGINT");
    assert.equal(held.again.aborted, true);
    assert.deepEqual(exits, [130]);
  });

  it("are heard as long as somebody holds them", () => {
    const { interrupt, send } = listen();
    const [first, second] = [interrupt.hold(), interrupt.hold()];
    first[Symbol.dispose]();
    second[Symbol.dispose]();
    send("SIGINT");
    assert.equal(interrupt.signal.aborted, false);
  });
});
