var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import * as openapi from "@nestjs/swagger";
import { ApiProperty } from '@nestjs/swagger';
import { PAYMENT_STATUSES, } from './invoice.entity.js';
/** A line of an invoice, as the wallets API shows it. */
export class InvoiceLineItemDto {
    /** @example 'inv_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB_1' */
    id;
    /** @example 'inv_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
    invoice_id;
    customer_id;
    /**
     * What was bought.
     * @example '100 credits'
     */
    display_name;
    /**
     * What the line costs before discounts and taxes, in the invoice's currency.
     * @example '99'
     */
    amount;
    /**
     * How many.
     * @example '1'
     */
    quantity;
    /** @example 'usd' */
    currency;
    /**
     * Always FIXED: nothing is metered.
     * @example 'FIXED'
     */
    price_type;
    /**
     * Taken off this line, in the invoice's currency.
     * @example '0'
     */
    line_item_discount;
    /** @example '0' */
    invoice_level_discount;
    /** @example '0' */
    prepaid_credits_applied;
    period_start;
    period_end;
    metadata;
    /** Not used, always null. */
    commitment_info;
    /** Not used, always null. */
    entity_id;
    /** Not used, always null. */
    entity_type;
    /** Not used, always null. */
    meter_display_name;
    /** Not used, always null. */
    meter_id;
    /** Not used, always null. */
    plan_display_name;
    /** Not used, always null. */
    price_id;
    /** Not used, always null. */
    price_unit;
    /** Not used, always null. */
    price_unit_amount;
    /** Not used, always null. */
    price_unit_id;
    /** Not used, always null. */
    subscription_id;
    /** Not used, always null. */
    usage_analytics;
    /** Not used, always null. */
    usage_breakdown;
    tenant_id;
    environment_id;
    /** @example 'published' */
    status;
    created_at;
    updated_at;
    created_by;
    updated_by;
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String, example: "inv_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB_1" }, invoice_id: { required: true, type: () => String, example: "inv_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB" }, customer_id: { required: true, type: () => String }, display_name: { required: true, type: () => String, description: "What was bought.", example: "100 credits" }, amount: { required: true, type: () => String, description: "What the line costs before discounts and taxes, in the invoice's currency.", example: "99" }, quantity: { required: true, type: () => String, description: "How many.", example: "1" }, currency: { required: true, type: () => String, example: "usd" }, price_type: { required: true, type: () => String, description: "Always FIXED: nothing is metered.", example: "FIXED" }, line_item_discount: { required: true, type: () => String, description: "Taken off this line, in the invoice's currency.", example: "0" }, invoice_level_discount: { required: true, type: () => String, example: "0" }, prepaid_credits_applied: { required: true, type: () => String, example: "0" }, period_start: { required: true, type: () => String, nullable: true }, period_end: { required: true, type: () => String, nullable: true }, metadata: { required: true, type: "object", additionalProperties: { type: "string" } }, commitment_info: { required: true, type: "object", additionalProperties: true, nullable: true, description: "Not used, always null." }, entity_id: { required: true, type: () => String, nullable: true, description: "Not used, always null." }, entity_type: { required: true, type: () => String, nullable: true, description: "Not used, always null." }, meter_display_name: { required: true, type: () => String, nullable: true, description: "Not used, always null." }, meter_id: { required: true, type: () => String, nullable: true, description: "Not used, always null." }, plan_display_name: { required: true, type: () => String, nullable: true, description: "Not used, always null." }, price_id: { required: true, type: () => String, nullable: true, description: "Not used, always null." }, price_unit: { required: true, type: () => String, nullable: true, description: "Not used, always null." }, price_unit_amount: { required: true, type: () => String, nullable: true, description: "Not used, always null." }, price_unit_id: { required: true, type: () => String, nullable: true, description: "Not used, always null." }, subscription_id: { required: true, type: () => String, nullable: true, description: "Not used, always null." }, usage_analytics: { required: true, type: () => [Object], nullable: true, description: "Not used, always null." }, usage_breakdown: { required: true, type: () => [Object], nullable: true, description: "Not used, always null." }, tenant_id: { required: true, type: () => String }, environment_id: { required: true, type: () => String }, status: { required: true, type: () => String, example: "published" }, created_at: { required: true, type: () => String }, updated_at: { required: true, type: () => String }, created_by: { required: true, type: () => String }, updated_by: { required: true, type: () => String } };
    }
}
/** A tax of an invoice, as the wallets API shows it. */
export class InvoiceTaxDto {
    /** @example 'inv_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB_tax_1' */
    id;
    /** @example 'invoice' */
    entity_type;
    /** The invoice's id. */
    entity_id;
    /**
     * In the invoice's currency.
     * @example '20.79'
     */
    tax_amount;
    /**
     * What the tax was computed on.
     * @example '99'
     */
    taxable_amount;
    /** @example 'usd' */
    currency;
    applied_at;
    /** `name` and `rate_percent` of the tax. */
    metadata;
    /** Not used, always null. */
    idempotency_key;
    /** Not used, always null. */
    tax_association_id;
    /** Not used, always null. */
    tax_rate;
    /** Not used, always null. */
    tax_rate_id;
    tenant_id;
    environment_id;
    /** @example 'published' */
    status;
    created_at;
    updated_at;
    created_by;
    updated_by;
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String, example: "inv_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB_tax_1" }, entity_type: { required: true, type: () => String, example: "invoice" }, entity_id: { required: true, type: () => String, description: "The invoice's id." }, tax_amount: { required: true, type: () => String, description: "In the invoice's currency.", example: "20.79" }, taxable_amount: { required: true, type: () => String, description: "What the tax was computed on.", example: "99" }, currency: { required: true, type: () => String, example: "usd" }, applied_at: { required: true, type: () => String }, metadata: { required: true, type: "object", additionalProperties: { type: "string" }, description: "`name` and `rate_percent` of the tax." }, idempotency_key: { required: true, type: () => String, nullable: true, description: "Not used, always null." }, tax_association_id: { required: true, type: () => String, nullable: true, description: "Not used, always null." }, tax_rate: { required: true, type: "object", additionalProperties: true, nullable: true, description: "Not used, always null." }, tax_rate_id: { required: true, type: () => String, nullable: true, description: "Not used, always null." }, tenant_id: { required: true, type: () => String }, environment_id: { required: true, type: () => String }, status: { required: true, type: () => String, example: "published" }, created_at: { required: true, type: () => String }, updated_at: { required: true, type: () => String }, created_by: { required: true, type: () => String }, updated_by: { required: true, type: () => String } };
    }
}
/** An invoice, as the wallets API shows it. Amounts are decimal strings in `currency`; every key is always there. */
export class InvoiceDto {
    /** @example 'inv_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
    id;
    /**
     * Numbers have no gaps within an environment.
     * @example 'INV-000001'
     */
    invoice_number;
    /** @example 'cust_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
    customer_id;
    /** Not used, always null: `GET /v1/customers/{id}` has it. */
    customer;
    /** The wallet whose credits it pays for. */
    wallet_id;
    /** The top-up that it belongs to. */
    top_up_id;
    /**
     * Credits it pays for.
     * @example '100'
     */
    credits;
    /** @example 'ONE_OFF' */
    invoice_type;
    /** @example 'FINALIZED' */
    invoice_status;
    /** @example 'PENDING' */
    payment_status;
    /** @example 'WALLET_AUTO_TOPUP' */
    billing_reason;
    /** @example 'usd' */
    currency;
    /**
     * The lines, before discounts and taxes.
     * @example '99'
     */
    subtotal;
    /** @example '0' */
    total_discount;
    /** @example '0' */
    total_tax;
    /**
     * subtotal - total_discount + total_tax.
     * @example '99'
     */
    total;
    /**
     * What was to be paid when the invoice was made: the total.
     * @example '99'
     */
    amount_due;
    /** @example '0' */
    amount_paid;
    /**
     * What is still to be paid, zero or more.
     * @example '99'
     */
    amount_remaining;
    /**
     * Paid beyond the total.
     * @example '0'
     */
    overpaid_amount;
    /** @example '0' */
    refunded_amount;
    /** @example '0' */
    adjustment_amount;
    /** @example '0' */
    total_prepaid_credits_applied;
    /** @example '100 credits' */
    description;
    line_items;
    taxes;
    /** Not used, always empty. */
    coupon_applications;
    metadata;
    /** Empty when there was none. */
    idempotency_key;
    due_date;
    finalized_at;
    paid_at;
    voided_at;
    /** Not used, always null. */
    billing_period;
    /** Not used, always null. */
    billing_sequence;
    /** Not used, always null. */
    invoice_pdf_url;
    /** Not used, always null. */
    period_start;
    /** Not used, always null. */
    period_end;
    /** Not used, always null. */
    subscription;
    /** Not used, always null. */
    subscription_id;
    /**
     * Counts changes, from 1.
     * @example 1
     */
    version;
    tenant_id;
    environment_id;
    /** @example 'published' */
    status;
    created_at;
    updated_at;
    created_by;
    updated_by;
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String, example: "inv_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB" }, invoice_number: { required: true, type: () => String, description: "Numbers have no gaps within an environment.", example: "INV-000001" }, customer_id: { required: true, type: () => String, example: "cust_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB" }, customer: { required: true, type: "object", additionalProperties: true, nullable: true, description: "Not used, always null: `GET /v1/customers/{id}` has it." }, wallet_id: { required: true, type: () => String, nullable: true, description: "The wallet whose credits it pays for." }, top_up_id: { required: true, type: () => String, nullable: true, description: "The top-up that it belongs to." }, credits: { required: true, type: () => String, nullable: true, description: "Credits it pays for.", example: "100" }, invoice_type: { required: true, type: () => String, example: "ONE_OFF" }, invoice_status: { required: true, example: "FINALIZED", enum: ["DRAFT", "FINALIZED", "VOIDED"] }, payment_status: { required: true, example: "PENDING", enum: ["PENDING", "PROCESSING", "SUCCEEDED", "OVERPAID", "FAILED", "REFUNDED", "PARTIALLY_REFUNDED"] }, billing_reason: { required: true, example: "WALLET_AUTO_TOPUP", enum: ["MANUAL", "WALLET_TOPUP", "WALLET_AUTO_TOPUP"] }, currency: { required: true, type: () => String, example: "usd" }, subtotal: { required: true, type: () => String, description: "The lines, before discounts and taxes.", example: "99" }, total_discount: { required: true, type: () => String, example: "0" }, total_tax: { required: true, type: () => String, example: "0" }, total: { required: true, type: () => String, description: "subtotal - total_discount + total_tax.", example: "99" }, amount_due: { required: true, type: () => String, description: "What was to be paid when the invoice was made: the total.", example: "99" }, amount_paid: { required: true, type: () => String, example: "0" }, amount_remaining: { required: true, type: () => String, description: "What is still to be paid, zero or more.", example: "99" }, overpaid_amount: { required: true, type: () => String, description: "Paid beyond the total.", example: "0" }, refunded_amount: { required: true, type: () => String, example: "0" }, adjustment_amount: { required: true, type: () => String, example: "0" }, total_prepaid_credits_applied: { required: true, type: () => String, example: "0" }, description: { required: true, type: () => String, example: "100 credits" }, line_items: { required: true, type: () => [InvoiceLineItemDto] }, taxes: { required: true, type: () => [InvoiceTaxDto] }, coupon_applications: { required: true, type: () => [Object], description: "Not used, always empty." }, metadata: { required: true, type: "object", additionalProperties: { type: "string" } }, idempotency_key: { required: true, type: () => String, description: "Empty when there was none." }, due_date: { required: true, type: () => String, nullable: true }, finalized_at: { required: true, type: () => String, nullable: true }, paid_at: { required: true, type: () => String, nullable: true }, voided_at: { required: true, type: () => String, nullable: true }, billing_period: { required: true, type: () => String, nullable: true, description: "Not used, always null." }, billing_sequence: { required: true, type: () => Number, nullable: true, description: "Not used, always null." }, invoice_pdf_url: { required: true, type: () => String, nullable: true, description: "Not used, always null." }, period_start: { required: true, type: () => String, nullable: true, description: "Not used, always null." }, period_end: { required: true, type: () => String, nullable: true, description: "Not used, always null." }, subscription: { required: true, type: "object", additionalProperties: true, nullable: true, description: "Not used, always null." }, subscription_id: { required: true, type: () => String, nullable: true, description: "Not used, always null." }, version: { required: true, type: () => Number, description: "Counts changes, from 1.", example: 1 }, tenant_id: { required: true, type: () => String }, environment_id: { required: true, type: () => String }, status: { required: true, type: () => String, example: "published" }, created_at: { required: true, type: () => String }, updated_at: { required: true, type: () => String }, created_by: { required: true, type: () => String }, updated_by: { required: true, type: () => String } };
    }
}
__decorate([
    ApiProperty({ enum: ['DRAFT', 'FINALIZED', 'VOIDED'] }),
    __metadata("design:type", String)
], InvoiceDto.prototype, "invoice_status", void 0);
__decorate([
    ApiProperty({ enum: PAYMENT_STATUSES }),
    __metadata("design:type", String)
], InvoiceDto.prototype, "payment_status", void 0);
__decorate([
    ApiProperty({ enum: ['MANUAL', 'WALLET_TOPUP', 'WALLET_AUTO_TOPUP'] }),
    __metadata("design:type", String)
], InvoiceDto.prototype, "billing_reason", void 0);
/** A line of an invoice, as the credits API shows it. Integers in minor units. */
export class AccountInvoiceLineItemDto {
    /** @example 1 */
    quantity;
    /** @example '100 credits' */
    description;
    /** @example 9900 */
    unit_amount;
    /** @example 0 */
    tax_amount;
    /** @example 0 */
    discount_amount;
    /**
     * quantity * unit_amount - discount_amount + tax_amount.
     * @example 9900
     */
    amount;
    /**
     * Epoch seconds: the start of the period the line is about; for a purchase its date.
     * @example 1795219200
     */
    date_from;
    /**
     * Epoch seconds.
     * @example 1795219200
     */
    date_to;
    static _OPENAPI_METADATA_FACTORY() {
        return { quantity: { required: true, type: () => Number, example: 1 }, description: { required: true, type: () => String, example: "100 credits" }, unit_amount: { required: true, type: () => Number, example: 9900 }, tax_amount: { required: true, type: () => Number, example: 0 }, discount_amount: { required: true, type: () => Number, example: 0 }, amount: { required: true, type: () => Number, description: "quantity * unit_amount - discount_amount + tax_amount.", example: 9900 }, date_from: { required: true, type: () => Number, description: "Epoch seconds: the start of the period the line is about; for a purchase its date.", example: 1795219200 }, date_to: { required: true, type: () => Number, description: "Epoch seconds.", example: 1795219200 } };
    }
}
/** A discount of an invoice, as the credits API shows it. */
export class AccountInvoiceDiscountDto {
    /** @example 'Coupon WELCOME10' */
    description;
    /**
     * Minor units.
     * @example 990
     */
    amount;
    static _OPENAPI_METADATA_FACTORY() {
        return { description: { required: true, type: () => String, example: "Coupon WELCOME10" }, amount: { required: true, type: () => Number, description: "Minor units.", example: 990 } };
    }
}
/** A tax of an invoice, as the credits API shows it. */
export class AccountInvoiceTaxDto {
    /** @example 'VAT' */
    tax_name;
    /**
     * Percent, a decimal in plain notation.
     * @example '21'
     */
    tax_rate;
    /**
     * Minor units.
     * @example 2079
     */
    tax_amount;
    static _OPENAPI_METADATA_FACTORY() {
        return { tax_name: { required: true, type: () => String, example: "VAT" }, tax_rate: { required: true, type: () => String, description: "Percent, a decimal in plain notation.", example: "21" }, tax_amount: { required: true, type: () => Number, description: "Minor units.", example: 2079 } };
    }
}
/** An invoice, as the credits API shows it. Integers in minor units of `currency_code`. */
export class AccountInvoiceDto {
    /** @example 'inv_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
    id;
    /**
     * The lines, before discounts and taxes.
     * @example 9900
     */
    sub_total;
    /** @example 9900 */
    total;
    /**
     * What was to be paid when the invoice was made.
     * @example 9900
     */
    amount_due;
    /** @example 9900 */
    amount_paid;
    /** @example 'USD' */
    currency_code;
    /**
     * Part of the total that was paid with credits: none, credits are what is bought here.
     * @example 0
     */
    credits_applied;
    line_items;
    discounts;
    taxes;
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String, example: "inv_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB" }, sub_total: { required: true, type: () => Number, description: "The lines, before discounts and taxes.", example: 9900 }, total: { required: true, type: () => Number, example: 9900 }, amount_due: { required: true, type: () => Number, description: "What was to be paid when the invoice was made.", example: 9900 }, amount_paid: { required: true, type: () => Number, example: 9900 }, currency_code: { required: true, type: () => String, example: "USD" }, credits_applied: { required: true, type: () => Number, description: "Part of the total that was paid with credits: none, credits are what is bought here.", example: 0 }, line_items: { required: true, type: () => [AccountInvoiceLineItemDto] }, discounts: { required: true, type: () => [AccountInvoiceDiscountDto] }, taxes: { required: true, type: () => [AccountInvoiceTaxDto] } };
    }
}
//# sourceMappingURL=invoices.dto.js.map