"""What the stand-in's schema has of Shopify's, type by type; `make_shopify_schema` cuts it out."""

PAGED = [
    "AbandonedCheckout",
    "AbandonedCheckoutLineItem",
    "BulkOperation",
    "Customer",
    "DiscountCodeNode",
    "DiscountRedeemCode",
    "DiscountRedeemCodeBulkCreationCode",
    "FulfillmentEvent",
    "FulfillmentLineItem",
    "LineItem",
    "MailingAddress",
    "Media",
    "Metafield",
    "Order",
    "OrderTransaction",
    "Product",
    "ProductVariant",
    "RefundLineItem",
    "ShippingLine",
    "WebhookSubscription",
]


WANTED: dict[str, str] = {
    "QueryRoot": (
        "shop customers customer customerByIdentifier customersCount order orders ordersCount orderByIdentifier product "
        "products productsCount productByIdentifier productVariant productVariants abandonedCheckouts "
        "abandonedCheckoutsCount bulkOperation bulkOperations currentBulkOperation webhookSubscription "
        "webhookSubscriptions webhookSubscriptionsCount currentAppInstallation appInstallation codeDiscountNodeByCode "
        "codeDiscountNode codeDiscountNodes node nodes refund fulfillment publicApiVersions "
        "discountRedeemCodeBulkCreation"
    ),
    "Mutation": (
        "bulkOperationRunQuery bulkOperationCancel customerEmailMarketingConsentUpdate "
        "customerSmsMarketingConsentUpdate tagsAdd tagsRemove webhookSubscriptionCreate webhookSubscriptionUpdate "
        "webhookSubscriptionDelete discountCodeBasicCreate discountCodeDelete discountRedeemCodeBulkAdd metafieldsSet"
    ),
    "Shop": "billingAddress shopAddress plan primaryDomain currencyFormats metafield metafields",
    "ShopAddress": "",
    "ShopPlan": "",
    "Domain": "localization",
    "DomainLocalization": "",
    "CurrencyFormats": "",
    "Customer": (
        "addressesV2 amountSpent defaultAddress defaultEmailAddress defaultPhoneNumber email phone "
        "emailMarketingConsent smsMarketingConsent image lastOrder metafield metafields orders statistics "
        "validEmailAddress"
    ),
    "CustomerStatistics": "",
    "CustomerEmailAddress": "",
    "CustomerPhoneNumber": (
        "marketingState marketingOptInLevel marketingUpdatedAt marketingCollectedFrom smsMarketingConsent "
        "whatsAppMarketingConsent"
    ),
    "CustomerMarketingConsent": "",
    "CustomerSmsMarketingConsent": "",
    "CustomerWhatsAppMarketingConsent": "",
    "CustomerEmailMarketingConsentState": "",
    "CustomerSmsMarketingConsentState": "",
    "MailingAddress": "countryCode",
    "MoneyV2": "",
    "MoneyBag": "presentmentMoney shopMoney",
    "Metafield": "owner",
    "HasMetafields": "metafield metafields",
    "Order": (
        "app billingAddress cancellation cartDiscountAmountSet currentCartDiscountAmountSet currentShippingPriceSet "
        "currentSubtotalPriceSet currentTaxLines currentTotalDiscountsSet currentTotalDutiesSet currentTotalPriceSet "
        "currentTotalTaxSet customAttributes customer displayAddress fulfillments fulfillmentsCount lineItems "
        "metafield metafields netPaymentSet originalTotalPriceSet refundDiscrepancySet refunds shippingAddress "
        "shippingLine shippingLines statusPageUrl subtotalPriceSet taxLines totalCapturableSet totalDiscountsSet "
        "totalOutstandingSet totalPriceSet totalReceivedSet totalRefundedSet totalRefundedShippingSet "
        "totalShippingPriceSet totalTaxSet totalTipReceivedSet transactions transactionsCount"
    ),
    "OrderApp": "",
    "OrderCancellation": "",
    "OrderTransaction": "amountSet order parentTransaction",
    "Attribute": "",
    "TaxLine": "priceSet",
    "ShippingLine": "currentDiscountedPriceSet discountedPriceSet originalPriceSet taxLines",
    "LineItem": (
        "customAttributes discountedTotalSet discountedUnitPriceAfterAllDiscountsSet discountedUnitPriceSet image "
        "originalTotalSet originalUnitPriceSet priceAfterAllDiscountsBeforeTaxesSet product taxLines totalDiscountSet "
        "unfulfilledDiscountedTotalSet unfulfilledOriginalTotalSet variant"
    ),
    "Refund": "order refundLineItems totalRefundedSet transactions",
    "RefundLineItem": "lineItem priceSet subtotalSet totalTaxSet",
    "Fulfillment": "events fulfillmentLineItems order trackingInfo",
    "FulfillmentEvent": "",
    "FulfillmentLineItem": "lineItem discountedTotalSet originalTotalSet",
    "FulfillmentTrackingInfo": "",
    "Product": (
        "featuredMedia media mediaCount metafield metafields options priceRangeV2 variants variantsCount "
        "description featuredImage"
    ),
    "ProductOption": "",
    "ProductPriceRangeV2": "maxVariantPrice minVariantPrice",
    "ProductVariant": "image media metafield metafields product selectedOptions inventoryItem",
    "InventoryItem": "unitCost",
    "SelectedOption": "",
    "Media": "preview",
    "MediaImage": "image preview",
    "MediaPreviewImage": "image",
    "Image": "url",
    "AbandonedCheckout": (
        "billingAddress customAttributes customer lineItems shippingAddress subtotalPriceSet taxLines totalDiscountSet "
        "totalDutiesSet totalLineItemsPriceSet totalPriceSet totalTaxSet"
    ),
    "AbandonedCheckoutLineItem": (
        "customAttributes discountedTotalPriceSet discountedUnitPriceSet image originalTotalPriceSet "
        "originalUnitPriceSet product variant"
    ),
    "BulkOperation": "",
    "BulkOperationUserError": "",
    "BulkOperationRunQueryPayload": "bulkOperation userErrors",
    "BulkOperationCancelPayload": "bulkOperation userErrors",
    "WebhookSubscription": "apiVersion callbackUrl endpoint",
    "WebhookSubscriptionEndpoint": "WebhookHttpEndpoint",
    "WebhookHttpEndpoint": "",
    "ApiVersion": "",
    "WebhookSubscriptionCreatePayload": "userErrors webhookSubscription",
    "WebhookSubscriptionUpdatePayload": "userErrors webhookSubscription",
    "WebhookSubscriptionDeletePayload": "userErrors",
    "AppInstallation": "accessScopes app",
    "AccessScope": "",
    "App": "requestedAccessScopes",
    "DiscountCodeNode": "codeDiscount metafield metafields",
    "DiscountCode": "DiscountCodeBasic",
    "DiscountCodeBasic": "codes codesCount combinesWith context customerGets shareableUrls totalSales minimumRequirement",
    "DiscountRedeemCode": "",
    "DiscountShareableUrl": "",
    "DiscountCombinesWith": "",
    "DiscountContext": "DiscountBuyerSelectionAll DiscountCustomers",
    "DiscountBuyerSelectionAll": "",
    "DiscountCustomers": "customers",
    "DiscountCustomerGets": "items value",
    "DiscountItems": "AllDiscountItems",
    "AllDiscountItems": "",
    "DiscountCustomerGetsValue": "DiscountAmount DiscountPercentage",
    "DiscountAmount": "amount",
    "DiscountPercentage": "",
    "DiscountMinimumRequirement": "DiscountMinimumSubtotal",
    "DiscountMinimumSubtotal": "greaterThanOrEqualToSubtotal",
    "DiscountUserError": "",
    "DiscountCodeBasicCreatePayload": "codeDiscountNode userErrors",
    "DiscountCodeDeletePayload": "userErrors",
    "DiscountRedeemCodeBulkAddPayload": "bulkCreation userErrors",
    "DiscountRedeemCodeBulkCreation": "codes discountCode",
    "DiscountRedeemCodeBulkCreationCode": "discountRedeemCode errors",
    "CustomerEmailMarketingConsentUpdatePayload": "customer userErrors",
    "CustomerEmailMarketingConsentUpdateUserError": "",
    "CustomerSmsMarketingConsentUpdatePayload": "customer userErrors",
    "CustomerSmsMarketingConsentError": "",
    "TagsAddPayload": "node userErrors",
    "TagsRemovePayload": "node userErrors",
    "MetafieldsSetPayload": "metafields userErrors",
    "MetafieldsSetUserError": "",
    "UserError": "",
    "DisplayableError": "",
    "Count": "",
    "PageInfo": "",
    "Node": "",
    "LegacyInteroperability": "",
    "Navigable": "",
    **{f"{name}Connection": "edges nodes pageInfo" for name in PAGED},
    **{f"{name}Edge": "node" for name in PAGED},
}


INPUTS: dict[str, str] = {
    "CustomerIdentifierInput": "emailAddress id phoneNumber",
    "OrderIdentifierInput": "id",
    "ProductIdentifierInput": "handle id",
    "CustomerEmailMarketingConsentUpdateInput": "*",
    "CustomerEmailMarketingConsentInput": "*",
    "CustomerSmsMarketingConsentUpdateInput": "*",
    "CustomerSmsMarketingConsentInput": "*",
    "WebhookSubscriptionInput": "callbackUrl filter format includeFields metafieldNamespaces name uri",
    "DiscountCodeBasicInput": (
        "appliesOncePerCustomer code combinesWith context customerGets endsAt minimumRequirement recurringCycleLimit "
        "startsAt tags title usageLimit"
    ),
    "DiscountCombinesWithInput": "orderDiscounts productDiscounts shippingDiscounts",
    "DiscountContextInput": "all customers",
    "DiscountCustomersInput": "*",
    "DiscountCustomerGetsInput": "appliesOnOneTimePurchase appliesOnSubscription items value",
    "DiscountItemsInput": "all",
    "DiscountCustomerGetsValueInput": "discountAmount percentage",
    "DiscountAmountInput": "*",
    "DiscountMinimumRequirementInput": "subtotal",
    "DiscountMinimumSubtotalInput": "*",
    "DiscountRedeemCodeInput": "*",
    "MetafieldsSetInput": "*",
    "ImageTransformInput": "*",
}


# Plain fields that a store without the matter behind them cannot answer.
UNWANTED = {
    "App": {"failedRequirements"},
    "InventoryItem": {"inventoryHistoryUrl"},
    "Product": {"publishedOnPublication", "inCollection"},
}
