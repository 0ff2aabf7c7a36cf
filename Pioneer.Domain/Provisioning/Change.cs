using System.Security.Cryptography;
using System.Text;

namespace Pioneer.Domain.Provisioning;

/// <summary>What happens to the resource.</summary>
public enum ChangeKind
{
    Create,
    Update,
    Delete,
}

/// <summary>
/// What a change can do to those who rely on the resource, mildest first. From <see cref="RemovesRights"/> on a person has to agree
/// (<see cref="Change.NeedsConfirmation"/>): neither the drift scan nor any reconcile makes such a change by itself.
/// </summary>
public enum ChangeRisk
{
    /// <summary>Makes what is missing, or protects records better than before.</summary>
    Safe,

    /// <summary>Delivery may stand still for a moment.</summary>
    InterruptsDelivery,

    /// <summary>Somebody can do less than before.</summary>
    RemovesRights,

    /// <summary>Records are kept as before, and the next failure can lose some of them: fewer copies, weaker promises to writers.</summary>
    WeakensProtection,

    /// <summary>Records are deleted, at once or earlier than before.</summary>
    DestroysData,
}

/// <summary>What a change adds to (or takes from) the platform's load.</summary>
/// <param name="Replicas">Copies of partitions on brokers: what storage grows by.</param>
public sealed record ChangeCost(int Topics = 0, int Partitions = 0, int Connectors = 0, int Tasks = 0, int Queries = 0, int Replicas = 0)
{
    public static readonly ChangeCost None = new();

    public static ChangeCost operator +(ChangeCost left, ChangeCost right) => new(
        left.Topics + right.Topics, left.Partitions + right.Partitions, left.Connectors + right.Connectors,
        left.Tasks + right.Tasks, left.Queries + right.Queries, left.Replicas + right.Replicas);
}

/// <summary>One difference between wanted and observed state, with what it takes to make it go away.</summary>
public abstract record Change(ChangeKind Kind, ChangeRisk Risk)
{
    /// <summary>Such as <c>topic</c>, <c>acl</c>; also the <c>kind</c> of the API.</summary>
    public abstract string ResourceType { get; }

    /// <summary>The resource's name, unique within its type.</summary>
    public abstract string Resource { get; }

    /// <summary>The present state for a person, null where nothing is there. Never holds a secret.</summary>
    public abstract string? Before { get; }

    /// <summary>The state after it, null where nothing will be there. Never holds a secret.</summary>
    public abstract string? After { get; }

    /// <summary>Table of a source that every key of the resource, a topic, was held against; null where none was.</summary>
    public virtual string? ComparedTable => null;

    public virtual ChangeCost Cost => ChangeCost.None;

    /// <summary>The change that undoes this one; null where that is impossible (deleted records).</summary>
    public virtual Change? Inverse => null;

    /// <summary>
    /// A person asked for just this: whoever revoked the credential, suspended the tenant or deleted the subscription. A difference that somebody
    /// made on the platform was never asked for.
    /// </summary>
    public bool IsAskedFor { get; init; }

    /// <summary>It takes away rights, protection or records, and nobody has agreed to that. Applied only with a confirmation of its own.</summary>
    public bool NeedsConfirmation => Risk >= ChangeRisk.RemovesRights && !IsAskedFor;

    /// <summary>One line for lists and journals.</summary>
    public string Title => $"{Kind} {ResourceType} {Resource}";

    /// <summary>Equal for equal changes, in any process at any time: 32 hex digits of SHA-256 over type, kind, resource, before, after.</summary>
    public string IdempotencyKey
    {
        get
        {
            var text = string.Join('\u001f', ResourceType, Kind.ToString(), Resource, Before ?? "\u0000", After ?? "\u0000");
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
        }
    }
}
