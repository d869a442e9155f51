import { formatTimestamp } from '../shared/clock.js';
/** A customer as the wallets API shows it. */
export function renderCustomer(customer) {
    return {
        id: customer.id,
        external_id: customer.externalId,
        name: customer.name,
        email: customer.email ?? null,
        contact: customer.contact ?? null,
        address_line1: customer.addressLine1 ?? null,
        address_line2: customer.addressLine2 ?? null,
        address_city: customer.addressCity ?? null,
        address_state: customer.addressState ?? null,
        address_postal_code: customer.addressPostalCode ?? null,
        address_country: customer.addressCountry ?? null,
        tax_id: customer.taxId ?? null,
        timezone: customer.timezone,
        metadata: customer.metadata,
        parent_customer: null,
        parent_customer_id: null,
        tenant_id: customer.tenantId,
        environment_id: customer.environmentId,
        status: customer.status,
        created_at: formatTimestamp(customer.createdAt),
        updated_at: formatTimestamp(customer.updatedAt),
        created_by: customer.createdBy,
        updated_by: customer.updatedBy,
    };
}
//# sourceMappingURL=render-customer.js.map