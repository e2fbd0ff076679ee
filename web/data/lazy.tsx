import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

/** A page that is loaded when it is first opened, or before, when the pointer is over its link. */
export interface LazyPage<Props> {
  (props: Props): JSX.Element | null;
  /** Never rejects: what could not be loaded is loaded again when the page is drawn. */
  preload(): Promise<void>;
}

export function lazy<Props extends object>(load: () => Promise<ComponentType<Props>>): LazyPage<Props> {
  let found: ComponentType<Props> | undefined;
  let loading: Promise<void> | undefined;
  const begin = (): Promise<void> =>
    (loading ??= load().then((component) => {
      found = component;
    }));
  function Page(props: Props): JSX.Element | null {
    const [failure, setFailure] = useState<unknown>();
    const [, setIsThere] = useState(found !== undefined);
    useEffect(() => {
      // It may have come between the first drawing and now.
      if (found) return setIsThere(true);
      begin().then(() => setIsThere(true), setFailure);
    }, []);
    // The page's boundary shows it, with a way to try again.
    if (failure !== undefined) throw failure;
    if (!found) return null;
    const Found = found;
    return <Found {...props} />;
  }
  return Object.assign(Page, { preload: () => begin().catch(() => void (loading = undefined)) });
}
