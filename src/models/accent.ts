/**
 * Text without accents: "naïve café" becomes "naive cafe". Ollama's all-minilm does not strip them, and the two were only
 * .13 alike. Only the general combining marks go; the vowel signs of Indic scripts are marks too, and dropping those
 * changes words. Composed again at the end, since decomposed Hangul is other tokens to a model.
 */
export function stripAccents(text: string): string {
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFC");
}
