import { useEffect, useState } from "react";

/** So long nothing must be typed before the appliance is asked. */
const calmMs = 300;

/** A value once it has stood for a while. */
export function useCalm<Value>(value: Value): Value {
  const [calm, setCalm] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setCalm(value), calmMs);
    return () => clearTimeout(timer);
  }, [value]);
  return calm;
}
