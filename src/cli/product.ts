import type { AnyOperation } from "../core/operation.ts";
import type { Connection, ConnectOptions } from "../sdk/connection.ts";
import { homeToDescribe } from "./nowhere.ts";

/** What the command line asks of the product; loaded when a command needs it. */
export interface Product {
  /** The table of operations, with the settings of the command line; opens nothing. */
  operations(settings: Readonly<Record<string, string>>): Promise<readonly AnyOperation[]>;
  /** Null where a command that only reads finds no data folder. */
  connect(options: ConnectOptions): Promise<Connection | null>;
  /** The data folder; where there is none it is made for who writes, and null for who reads. */
  dataFolder(place: Place, options: { readonly write: boolean }): Promise<string | null>;
}

type Place = Pick<ConnectOptions, "cwd" | "environment">;

export const product: Product = {
  async operations(settings) {
    const { describeOperations } = await import("../app.ts");
    return describeOperations(homeToDescribe(settings));
  },
  async connect(options) {
    const host = await import("../host/connect.ts");
    return host.connect(options);
  },
  async dataFolder(place, { write }) {
    const { findDataFolder, makeDataFolder } = await import("../host/place.ts");
    return write ? makeDataFolder(place) : findDataFolder(place);
  },
};
