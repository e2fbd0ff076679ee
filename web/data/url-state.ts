import { useLocation, useSearch } from "wouter-preact";

/** The state of a page is its address: `useUrlState()` gives the parameters and a way to change some of them. */
export interface UrlState {
  readonly values: URLSearchParams;
  readonly get: (key: string) => string | undefined;
  /** Sets or (with null, undefined or "") removes; `replace` leaves no step for Back. */
  readonly set: (
    change: Readonly<Record<string, string | null | undefined>>,
    how?: { readonly replace?: boolean },
  ) => void;
}

export function useUrlState(): UrlState {
  const [path, navigate] = useLocation();
  const values = new URLSearchParams(useSearch());
  return {
    values,
    get: (key) => values.get(key) ?? undefined,
    set(change, how = {}) {
      // From the address as it is now: two changes in one turn must not undo each other.
      const next = new URLSearchParams(location.search);
      for (const [key, value] of Object.entries(change)) {
        if (value === null || value === undefined || value === "") next.delete(key);
        else next.set(key, value);
      }
      const text = next.toString();
      navigate(text === "" ? path : `${path}?${text}`, how);
    },
  };
}
