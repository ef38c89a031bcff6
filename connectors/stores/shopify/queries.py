"""Every GraphQL document that this connector ever sends, for Admin API 2026-10; a test checks each against the real schema.

Bulk documents keep Shopify's rules for them: connections by `edges { node { id` only, no variables, at most one nested level.
"""

_MONEY = "{ shopMoney { amount currencyCode } }"
_CONSENT = "{ state optInLevel updatedAt }"

_CUSTOMER = f"""
  __typename id firstName lastName locale verifiedEmail tags createdAt updatedAt
  defaultEmailAddress {{ emailAddress marketingState marketingOptInLevel marketingUpdatedAt }}
  defaultPhoneNumber {{
    phoneNumber
    smsMarketingConsent {_CONSENT}
    whatsAppMarketingConsent {_CONSENT}
  }}
  defaultAddress {{ countryCodeV2 provinceCode }}
  birthDate: metafield(namespace: "facts", key: "birth_date") {{ value }}
"""

_BUYER = """
  id firstName lastName verifiedEmail
  defaultEmailAddress { emailAddress }
  defaultPhoneNumber { phoneNumber }
"""

_LINE = f"""
  __typename id title quantity sku
  originalUnitPriceSet {_MONEY}
  product {{ id }}
  variant {{ id }}
"""

_REFUND = f"id createdAt processedAt totalRefundedSet {_MONEY}"

_PARCEL = "id status displayStatus createdAt updatedAt deliveredAt inTransitAt estimatedDeliveryAt"
_FULFILLMENT = f"{_PARCEL} events(first: 1, sortKey: HAPPENED_AT, reverse: true) {{ nodes {{ happenedAt }} }}"


def _order(few: str) -> str:
    """The fields of an order; `few` bounds its two lists, as in "(first: 5)".

    A bulk document has no bounds, and no connection inside a list either, so there a parcel comes without its last scan.
    """
    parcel = _FULFILLMENT if few else _PARCEL
    return f"""
  __typename id name createdAt processedAt updatedAt cancelledAt test sourceName
  displayFinancialStatus displayFulfillmentStatus
  email phone customerLocale checkoutToken cartToken discountCodes
  totalPriceSet {_MONEY}
  totalRefundedSet {_MONEY}
  customer {{ {_BUYER} }}
  shippingAddress {{ countryCodeV2 provinceCode }}
  billingAddress {{ firstName lastName countryCodeV2 provinceCode }}
  refunds{few} {{ {_REFUND} }}
  fulfillments{few} {{ {parcel} }}
"""


_PRODUCT = """
  __typename id title status tags updatedAt publishedAt onlineStoreUrl tracksInventory totalInventory
  featuredMedia { preview { image { url } } }
  priceRangeV2 { minVariantPrice { amount currencyCode } }
"""

# Some variants can be bought though nothing of them is in stock; only they themselves say so.
_SOLD = "variants(first: %d) { nodes { availableForSale } }"

_CHECKOUT = f"""
  __typename id createdAt updatedAt completedAt abandonedCheckoutUrl
  totalPriceSet {_MONEY}
  customer {{ {_BUYER} }}
  shippingAddress {{ countryCodeV2 provinceCode }}
  lineItems(first: 10) {{ nodes {{ {_LINE} }} }}
"""

_PAGE = "pageInfo { hasNextPage endCursor }"

PROFILE = """
query Profile {
  shop {
    name currencyCode ianaTimezone contactEmail url
    primaryDomain { url localization { defaultLocale } }
    shopAddress { countryCodeV2 formatted(withCompany: true) }
  }
}
"""

COUNTS = """
query Counts($customers: String, $products: String, $orders: String) {
  customersCount(limit: null, query: $customers) { count precision }
  productsCount(limit: null, query: $products) { count precision }
  ordersCount(limit: null, query: $orders) { count precision }
}
"""

BULK_START = """
mutation BulkStart($query: String!) {
  bulkOperationRunQuery(query: $query, groupObjects: true) {
    bulkOperation { id status }
    userErrors { field message code }
  }
}
"""

BULK_STATE = """
query BulkState($id: ID!) {
  bulkOperation(id: $id) { id status errorCode objectCount rootObjectCount url partialDataUrl }
}
"""

BULK_CUSTOMERS = f"{{ customers%s {{ edges {{ node {{ {_CUSTOMER} }} }} }} }}"
BULK_PRODUCTS = (
    f"{{ products%s {{ edges {{ node {{ {_PRODUCT} "
    "variants { edges { node { __typename id availableForSale } } } } } } }"
)
BULK_ORDERS = f"{{ orders%s {{ edges {{ node {{ {_order('')} lineItems {{ edges {{ node {{ {_LINE} }} }} }} }} }} }} }}"

CHANGED_CUSTOMERS = f"""
query ChangedCustomers($query: String!, $after: String) {{
  page: customers(first: 100, after: $after, query: $query, sortKey: UPDATED_AT) {{ nodes {{ {_CUSTOMER} }} {_PAGE} }}
}}
"""

CHANGED_PRODUCTS = f"""
query ChangedProducts($query: String!, $after: String) {{
  page: products(first: 50, after: $after, query: $query, sortKey: UPDATED_AT) {{
    nodes {{ {_PRODUCT} {_SOLD % 10} }}
    {_PAGE}
  }}
}}
"""

# Eight orders with ten lines and five refunds each stay below the 1,000 points that one query may cost.
CHANGED_ORDERS = f"""
query ChangedOrders($query: String!, $after: String) {{
  page: orders(first: 8, after: $after, query: $query, sortKey: UPDATED_AT) {{
    nodes {{ {_order("(first: 5)")} lineItems(first: 10) {{ nodes {{ {_LINE} }} {_PAGE} }} }}
    {_PAGE}
  }}
}}
"""

# Shopify offers no UPDATED_AT order here; by id the pages are stable while checkouts change.
CHANGED_CHECKOUTS = f"""
query ChangedCheckouts($query: String!, $after: String) {{
  page: abandonedCheckouts(first: 12, after: $after, query: $query, sortKey: ID) {{ nodes {{ {_CHECKOUT} }} {_PAGE} }}
}}
"""

LOOK_CUSTOMER = f"query LookCustomer($id: ID!) {{ found: customer(id: $id) {{ {_CUSTOMER} }} }}"
LOOK_PRODUCT = f"query LookProduct($id: ID!) {{ found: product(id: $id) {{ {_PRODUCT} {_SOLD % 100} }} }}"
LOOK_ORDER = f"""
query LookOrder($id: ID!) {{
  found: order(id: $id) {{ {_order("(first: 100)")} lineItems(first: 100) {{ nodes {{ {_LINE} }} {_PAGE} }} }}
}}
"""
LOOK_REFUND = f"query LookRefund($id: ID!) {{ found: refund(id: $id) {{ {_REFUND} order {{ id }} }} }}"
LOOK_FULFILLMENT = (
    f"query LookFulfillment($id: ID!) {{ found: fulfillment(id: $id) {{ {_FULFILLMENT} order {{ id }} }} }}"
)
# Several in a call, with the short lists of the pages of changes above; who has longer ones is looked at alone.
LOOK_CUSTOMERS = (
    f"query LookCustomers($ids: [ID!]!) {{ found: nodes(ids: $ids) {{ ... on Customer {{ {_CUSTOMER} }} }} }}"
)
LOOK_PRODUCTS = f"""
query LookProducts($ids: [ID!]!) {{ found: nodes(ids: $ids) {{ ... on Product {{ {_PRODUCT} {_SOLD % 10} }} }} }}
"""
LOOK_ORDERS = f"""
query LookOrders($ids: [ID!]!) {{
  found: nodes(ids: $ids) {{
    ... on Order {{ {_order("(first: 5)")} lineItems(first: 10) {{ nodes {{ {_LINE} }} {_PAGE} }} }}
  }}
}}
"""
LOOK_CHECKOUT = f"""
query LookCheckout($byToken: String!, $after: String) {{
  orders(first: 1, query: $byToken) {{ nodes {{ id checkoutToken createdAt }} }}
  page: abandonedCheckouts(first: 10, after: $after, sortKey: CREATED_AT, reverse: true) {{ nodes {{ {_CHECKOUT} }} {_PAGE} }}
}}
"""

MORE_LINES = f"""
query MoreLines($id: ID!, $after: String) {{
  order(id: $id) {{ lineItems(first: 100, after: $after) {{ nodes {{ {_LINE} }} {_PAGE} }} }}
}}
"""

CUSTOMER_BY_ADDRESS = """
query CustomerByAddress($identifier: CustomerIdentifierInput!) {
  found: customerByIdentifier(identifier: $identifier) { id }
}
"""

WRITE_EMAIL_CONSENT = """
mutation WriteEmailConsent($input: CustomerEmailMarketingConsentUpdateInput!) {
  written: customerEmailMarketingConsentUpdate(input: $input) {
    customer { id defaultEmailAddress { marketingState } } userErrors { field message code }
  }
}
"""
WRITE_SMS_CONSENT = """
mutation WriteSmsConsent($input: CustomerSmsMarketingConsentUpdateInput!) {
  written: customerSmsMarketingConsentUpdate(input: $input) { customer { id } userErrors { field message } }
}
"""

MAKE_CODE = """
mutation MakeCode($input: DiscountCodeBasicInput!) {
  made: discountCodeBasicCreate(basicCodeDiscount: $input) {
    codeDiscountNode { id } userErrors { field code message }
  }
}
"""
FIND_CODE = """
query FindCode($code: String!) { found: codeDiscountNodeByCode(code: $code) { id } }
"""
REMOVE_CODE = """
mutation RemoveCode($id: ID!) {
  removed: discountCodeDelete(id: $id) { deletedCodeDiscountId userErrors { field code message } }
}
"""
