/** A call's verb, told apart at a glance. */
export function Method({ method }: { method: string }) {
  return <code className={`method ${method.toLowerCase()}`}>{method}</code>;
}
