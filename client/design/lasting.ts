/** What holds only for a moment is nobody's business. */
import { useEffect, useState } from "preact/hooks";

/** True once `holds` has held for a while. */
export function useLasting(holds: boolean, ms: number): boolean {
  const [lasts, setLasts] = useState(false);
  useEffect(() => {
    if (!holds) return setLasts(false);
    const timer = setTimeout(() => setLasts(true), ms);
    return () => clearTimeout(timer);
  }, [holds]);
  return holds && lasts;
}
