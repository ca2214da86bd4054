/** What the signed session cookie holds. */
export interface ShopSession {
  staff?: string;
  csrf?: string;
}
