import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtoExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

export type ExportedForm = "json" | "protobuf";

export interface Exported {
  readonly contentType: string;
  readonly bodies: readonly Buffer[];
  readonly spans: number;
}

// What the SDK sends at once.
const spansInBatch = 512;

/** Requests as OpenTelemetry's own exporter writes them: spans of model calls with twelve attributes, eight in a trace. */
export async function exportedSpans(form: ExportedForm, batches: number): Promise<Exported> {
  const bodies: Buffer[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      bodies.push(body);
      response.writeHead(200, { "content-type": request.headers["content-type"] }).end(form === "json" ? "{}" : "");
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
  const exporter = form === "json" ? new JsonExporter({ url }) : new ProtoExporter({ url });
  const processor = new BatchSpanProcessor({ exporter, maxExportBatchSize: spansInBatch, maxQueueSize: 4_096 });
  const resource = resourceFromAttributes({ "service.name": "bench" });
  const provider = new TracerProvider({ resource, spanProcessors: [processor] });
  const tracer = provider.getTracer("bench");
  for (let batch = 0; batch < batches; batch++) {
    for (let span = 0; span < spansInBatch; span++) {
      tracer.startSpan(`chat model-${span % 7}`, { attributes: attributesOf(span) }).end();
    }
    await processor.forceFlush();
  }
  await provider.shutdown();
  await new Promise((resolve) => server.close(resolve));
  const contentType = form === "json" ? "application/json" : "application/x-protobuf";
  return { contentType, bodies, spans: batches * spansInBatch };
}

function attributesOf(number: number): Record<string, string | number | boolean> {
  return {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "ollama",
    "gen_ai.request.model": `model-${number % 7}`,
    "gen_ai.response.model": `model-${number % 7}`,
    "gen_ai.request.temperature": 0.2,
    "gen_ai.usage.input_tokens": 100 + number,
    "gen_ai.usage.output_tokens": 20 + (number % 50),
    "gen_ai.conversation.id": `conversation-${number % 64}`,
    "server.address": "127.0.0.1",
    "server.port": 11_434,
    "app.cached": number % 2 === 0,
    "app.step": `step-${number % 12}`,
  };
}
