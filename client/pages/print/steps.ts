/**
 * How to take part, in the languages of the phones. It stands here and not in the staff's texts because
 * it is read at the table. The Arabic awaits a native reader.
 */
import type { Drawing } from "../../design/icons.tsx";

export const drawings: readonly Drawing[] = ["phone", "language", "pencil"];

interface Guide {
  table: string;
  orType: string;
  steps: readonly [scan: string, choose: string, take_part: string];
  promise: string;
  ticket: string;
  ticketHow: string;
}

const german: Guide = {
  table: "Tisch",
  orType: "oder eintippen",
  steps: ["Mit der Kamera scannen", "Sprache wählen", "Schreiben und abstimmen"],
  promise: "Ohne App, ohne Namen",
  ticket: "Stimmschein für eine Person",
  ticketHow: "scannen oder eintippen",
};

const guides: Record<string, Guide> = {
  de: german,
  en: {
    table: "Table",
    orType: "or type",
    steps: ["Scan with your camera", "Choose your language", "Write and vote"],
    promise: "No app, no name",
    ticket: "Voting ticket for one person",
    ticketHow: "scan or type",
  },
  ar: {
    table: "طاولة",
    orType: "أو اكتب",
    steps: ["امسح الرمز بالكاميرا", "اختر لغتك", "اكتب وصوّت"],
    promise: "بدون تطبيق وبدون اسم",
    ticket: "قسيمة تصويت لشخص واحد",
    ticketHow: "امسح أو اكتب",
  },
};

export function guide(language: string): Guide {
  return guides[language] ?? german;
}
