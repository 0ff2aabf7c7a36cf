using Microsoft.AspNetCore.Components;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Portal.Components;

namespace Pioneer.Portal.Features.Plans;

/// <summary>A plan, before anybody agrees to it.</summary>
public sealed partial class PlanView
{
    [Parameter, EditorRequired]
    public required Plan Plan { get; set; }

    /// <summary>Slug that every touched resource must belong to; null for a plan over several tenants.</summary>
    [Parameter]
    public string? Slug { get; set; }

    [Parameter]
    public DateTimeOffset? ObservedAt { get; set; }

    private static readonly (ChangeRisk Risk, string One, string Many)[] Losses =
    [
        (ChangeRisk.WeakensProtection, "change protects records less well", "changes protect records less well"),
        (ChangeRisk.RemovesRights, "change takes a right away", "changes take rights away"),
    ];

    private int Of(ChangeKind kind) => Plan.Changes.Count(c => c.Kind == kind);

    private IEnumerable<(Tone Tone, string Text)> Facts()
    {
        yield return (Tone.Ok, Slug is null ? "Only names of the tenants in this plan are touched" : "Nothing of another tenant is touched");
        var destroys = Plan.Changes.Count(c => c.Risk == ChangeRisk.DestroysData);
        yield return destroys > 0
            ? (Tone.Bad, $"{Plural.Of(destroys, "change destroys", "changes destroy")} records")
            : (Tone.Ok, Of(ChangeKind.Delete) == 0 ? "Nothing is deleted" : "No records are deleted");
        foreach (var (risk, one, many) in Losses)
        {
            if (Plan.Changes.Count(c => c.Risk == risk) is > 0 and var count)
            {
                yield return (Tone.Warn, Plural.Of(count, one, many));
            }
        }

        if (Plan.Changes.Count(c => c.NeedsConfirmation) is > 0 and var unasked)
        {
            yield return (Tone.Note, $"{Plural.Of(unasked, "change waits", "changes wait")} for somebody who types the tenant's name: nothing else applies {(unasked == 1 ? "it" : "them")}");
        }

        var interrupts = Plan.Changes.Count(c => c.Risk == ChangeRisk.InterruptsDelivery);
        if (interrupts > 0)
        {
            yield return (Tone.Warn, $"{Plural.Of(interrupts, "change pauses", "changes pause")} delivery for a moment");
        }

        if (Plan.Foreign.Length > 0)
        {
            yield return (Tone.Note, $"{Plural.Of(Plan.Foreign.Length, "foreign thing is left as it is", "foreign things are left as they are")}");
        }
    }

    private static string Signed(int value) => value switch { > 0 => $"+{value:N0}", 0 => "0", _ => $"−{-value:N0}" };
}
