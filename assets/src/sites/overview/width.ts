import { useCallback, useState } from "react";

/** Until the element was measured. */
const likely = 720;

/** The width of an element in whole pixels, as it is and as it becomes. */
export function useWidth(): [(element: Element | null) => (() => void) | undefined, number] {
  const [width, setWidth] = useState(likely);
  const ref = useCallback((element: Element | null) => {
    if (!element) return;
    const measure = () => {
      const { width } = element.getBoundingClientRect();
      if (width > 0) setWidth(Math.round(width));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
