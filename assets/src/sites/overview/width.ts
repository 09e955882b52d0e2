import { useCallback, useState } from "react";
import { flushSync } from "react-dom";

/** Until the element was measured. */
const likely = 720;
/** What a sheet of A4 has between its margins. */
const onPaper = 680;

/** The width of an element in whole pixels, as it is and as it becomes; on paper that of a sheet. */
export function useWidth(): [(element: Element | null) => (() => void) | undefined, number] {
  const [width, setWidth] = useState(likely);
  const ref = useCallback((element: Element | null) => {
    if (!element) return;
    const measure = () => {
      const { width } = element.getBoundingClientRect();
      if (width > 0) setWidth(Math.round(width));
    };
    // A window's width would make letters of any size of it. The sheet is drawn at once after this.
    const fold = () => flushSync(() => setWidth(onPaper));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    addEventListener("beforeprint", fold);
    addEventListener("afterprint", measure);
    return () => {
      observer.disconnect();
      removeEventListener("beforeprint", fold);
      removeEventListener("afterprint", measure);
    };
  }, []);
  return [ref, width];
}
