import { toast } from "./toast.tsx";

export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(`Copied ${what}`);
  } catch (error) {
    toast(`The browser did not let ${what} be copied: ${error instanceof Error ? error.message : String(error)}`, {
      tone: "fail",
    });
  }
}
