let current: string | undefined;

/** The token that every changing request of this session must carry. */
export function csrfToken(): string | undefined {
  return current;
}

/** Notes the token of the session that has begun; nothing when it has ended. */
export function rememberCsrfToken(token: string | undefined): void {
  current = token;
}
