using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;

namespace Pioneer.Portal.Features.Subscriptions;

/// <summary>States of subscriptions in the words of a page.</summary>
public static class SubscriptionWords
{
    /// <summary>The delivery topic of an address's tenant and subscription; a dash for a slug that no tenant can have.</summary>
    public static string Topic(string slug, string subscription) =>
        TenantSlug.Create(slug) is { IsSuccess: true, Value: var tenant } ? TopicNames.Delivery(tenant, subscription) : "–";

    public static (Tone Tone, string Text, bool Moving) Word(this SubscriptionState state) => state switch
    {
        SubscriptionState.Running => (Tone.Ok, "Running", false),
        SubscriptionState.Deploying => (Tone.Info, "Deploying", true),
        SubscriptionState.Seeding => (Tone.Info, "Seeding", true),
        SubscriptionState.Paused => (Tone.Note, "Paused", false),
        SubscriptionState.Failed => (Tone.Bad, "Failed", false),
        SubscriptionState.Deleting => (Tone.Warn, "Being deleted", true),
        _ => (Tone.Plain, "Deleted", false),
    };

    /// <summary>What a setting promises, in a sentence.</summary>
    public static string Promise(this Compatibility compatibility) => compatibility switch
    {
        Compatibility.Backward => "Readers written for a new version can read what is in the topic already: columns may go and numbers may become wider, nothing may be added.",
        Compatibility.Forward => "Readers go on as they are when a version is deployed: columns may be added and numbers may become narrower, none may go.",
        Compatibility.Full => "Old readers read new records, and new readers old records: no column comes, goes or changes its type.",
        _ => "A new version may change anything. Readers find out by what they receive.",
    };

    /// <summary>Whether history can be given, as the sandbox judged it.</summary>
    public static (Tone Tone, string Text) Seedability(string verdict) => verdict switch
    {
        "Exact" => (Tone.Ok, "Exact"),
        "WithNote" => (Tone.Warn, "With a note"),
        "Refused" => (Tone.Bad, "No"),
        _ => (Tone.Plain, verdict.Length > 0 ? verdict : "Not judged"),
    };
}
