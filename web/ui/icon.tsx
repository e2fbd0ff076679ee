import type { JSX } from "preact";

/** Line drawings on a grid of 16, one weight. */
const paths = {
  overview: "M2.5 4h11M2.5 8h8M2.5 12h5",
  reviews: "M8 1.8 14.2 8 8 14.2 1.8 8z",
  runs: "M2 4h6M5 8h6M8 12h6",
  flows: "M4 2.5v11M4 7c0 3 8 1 8 4.5M9.8 9.6 12 11.8l2.2-2.2",
  models: "M4 4h8v8H4zM6.5 1.500V4m3-2.500V4m-3 8v2.500m3-2.500v2.500M1.5 6.500H4m-2.5 3H4m8-3h2.500m-2.5 3h2.5",
  costs:
    "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zm0 3v6m1.8-4.600C9.4 5.7 8.7 5.5 8 5.500c-1 0-1.8.4-1.8 1.200S7 7.9 8 8s1.9.5 1.9 1.3-.9 1.3-1.9 1.300c-.8 0-1.5-.3-1.9-.9",
  traces: "M2 3.500h9M4.5 7h6.500M7 10.500h3M4.5 3.500V7M7 7v3.500M10 10.500v3h4",
  logs: "M2 3.500h.01M2 8h.01M2 12.500h.01M5 3.500h9M5 8h6M5 12.500h8",
  metrics: "M2 2v12h12M4.5 10.500 7.5 7l2.500 2L14 4",
  alerts: "M8 2a4 4 0 0 0-4 4c0 3.5-1.5 4.5-1.5 5.500h11C13.5 10.5 12 9.5 12 6a4 4 0 0 0-4-4zM6.7 13.800h2.6",
  claude: "M2 3h12v10H2zM4.5 6l2 2-2 2M8 10.500h3.5",
  settings: "M2 5h4m4 0h4M2 11h6m4 0h2M6 3.500h2.500v3H6zM8.5 9.500H11v3H8.500z",
  doctor: "M1.5 8.500H5L6.5 4l3 8.500L11 8.500h3.5",
  search: "M7 2.500a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.5 10.5 14 14",
  more: "M3 8h.01M8 8h.01M13 8h.01",
  close: "m4 4 8 8m0-8-8 8",
  right: "m6 3.5 4.5 4.500L6 12.5",
  down: "m3.5 6 4.5 4.500L12.5 6",
  copy: "M5.5 5.500h8v8h-8zM3 10.500h-.5v-8h8V3",
  play: "M5 3l8 5-8 5z",
  pause: "M5.500 3.500v9m5-9v9",
  up: "M8 13V3M4 7l4-4 4 4",
  expand: "M9.5 2.500h4v4m0-4L9 7M6.5 13.500h-4v-4m0 4L7 9",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
