/** Goes to a page of somebody else's, in this window. Only ever to the web. */
export function leaveFor(address: string): void {
  const { protocol } = new URL(address);
  if (protocol === "https:" || protocol === "http:") location.assign(address);
}
