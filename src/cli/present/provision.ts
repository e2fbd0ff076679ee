interface Provisioned {
  readonly folder: string;
  readonly files: readonly string[];
}

/** What was written, and how the two programs are started with it. */
export function presentProvision({ folder, files }: Provisioned): string {
  return [
    `Wrote ${files.length} files to ${folder}:`,
    ...files.map((file) => `  ${file}`),
    "",
    "Start Prometheus in that folder, and Grafana with its provisioning there:",
    "  prometheus --config.file=prometheus/prometheus.yml --enable-feature=exemplar-storage",
    `  GF_PATHS_PROVISIONING=${folder}/grafana/provisioning grafana server`,
  ].join("\n");
}
