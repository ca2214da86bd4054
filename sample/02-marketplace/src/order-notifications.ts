import { Injectable } from '@nestjs/common';
import { OnKiccNotification, type KiccNotification, type NotificationContext } from 'nestjs-kicc';

/** What the marketplace does when KICC tells something. */
@Injectable()
export class OrderNotifications {
  /** For the demo to print. In your shop: what the orders' table says. */
  readonly book: string[] = [];

  /** A virtual account was paid into. Nothing vouches for it: before you ship, ask KICC by the approval's own key. */
  @OnKiccNotification('30')
  paid({ shopOrderNo, amount }: KiccNotification<'30'>): void {
    this.book.push(`${shopOrderNo}: paid ${amount} won, says a notification (to be verified)`);
  }

  /** A cancel or a real-time refund was carried out, perhaps by somebody in KICC's merchant console. */
  @OnKiccNotification('20')
  changed({ shopOrderNo, cancelAmount }: KiccNotification<'20'>, { revision, confirmed }: NotificationContext): void {
    const by = revision ? `as ${revision.shopTransactionId}` : 'by nobody here';
    this.book.push(`${shopOrderNo}: ${cancelAmount} won went back, ${by}${confirmed ? '' : ' (not confirmed)'}`);
  }

  /** The goods of an escrow payment: shipped, confirmed, rejected. */
  @OnKiccNotification('40')
  escrow({ shopOrderNo, statusCode, statusMessage }: KiccNotification<'40'>): void {
    this.book.push(`${shopOrderNo}: ${statusCode} ${statusMessage ?? ''}`.trim());
  }

  @OnKiccNotification('50')
  arrived({ shopOrderNo }: KiccNotification<'50'>, { revision }: NotificationContext): void {
    this.book.push(`${shopOrderNo}: refund ${revision?.shopTransactionId} has arrived`);
  }

  /** A refund came back: ask the customer for another account. With a durable journal, write it by `context.transaction`. */
  @OnKiccNotification('51')
  bounced({ shopOrderNo }: KiccNotification<'51'>, { revision }: NotificationContext): void {
    this.book.push(`${shopOrderNo}: refund ${revision?.shopTransactionId} BOUNCED`);
  }
}
