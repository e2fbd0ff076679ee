/** Stands for the package in tests of the example alone: a flow is its definition. */
export { z } from "zod";
export const flow = <Definition>(definition: Definition): Definition => definition;
