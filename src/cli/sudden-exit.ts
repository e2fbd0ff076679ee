import { toFailure, TuttiError } from "../core/error.ts";
import { detailsOf } from "../core/thrown.ts";

/**
 * What ends the process under the hands of a command, as if it were killed: a step, or a package that a flow loads, calls
 * `process.exit()` or lets an error go by that nobody catches. To be made while that is on the stack, so that the place
 * in the user's code is known.
 */
export function suddenExit(uncaught: unknown): TuttiError {
  const error = uncaught instanceof Error ? uncaught : new Error("exit");
  const { where } = detailsOf(error);
  const what =
    uncaught === undefined
      ? `${where === undefined ? "this process was ended from within" : "a flow has ended this process"} before the command was done`
      : `an error that nobody caught has ended this process: ${toFailure(uncaught, "host.exited").message}`;
  const cure =
    uncaught === undefined
      ? "Throw an error in place of process.exit()"
      : "Let the step wait for all that it starts, so that its errors are the step's";
  return new TuttiError("host.exited", what, {
    hint: `${cure}, then go on with \`tutti work\`. Open runs stay open; \`tutti run list\` shows them.`,
    ...(where === undefined ? {} : { where }),
  });
}
