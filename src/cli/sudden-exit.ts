import { TuttiError } from "../core/error.ts";
import { detailsOf } from "../core/thrown.ts";

/**
 * A step, or a package that a flow loads, has called `process.exit()`: the process ends at once, as if it were killed.
 * To be made while that call is on the stack, so that the place in the user's code is known.
 */
export function suddenExit(): TuttiError {
  const { where } = detailsOf(new Error("exit"));
  const what = where === undefined ? "this process was ended from within" : "a flow has ended this process";
  return new TuttiError("host.exited", `${what} before the command was done`, {
    hint: "Throw an error in place of process.exit(). Open runs stay open and nothing stored is lost; go on with: tutti work",
    ...(where === undefined ? {} : { where }),
  });
}
