/** The way back after a sign-in; only ever to a page of this appliance. */
export function safeBack(back: string | undefined): string {
  return back && /^\/(?![/\\])/.test(back) ? back : "/";
}
