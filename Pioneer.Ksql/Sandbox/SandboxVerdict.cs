using System.Collections.Immutable;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Sandbox;

/// <summary>Whether a text may run, why not, and what would run.</summary>
/// <param name="Valid">Nothing in <paramref name="Diagnostics"/> forbids it.</param>
/// <param name="Diagnostics">Everything there is to say, in the order of the text.</param>
/// <param name="Statements">The one statement of a valid text; empty for an invalid one.</param>
public sealed record SandboxVerdict(bool Valid, ImmutableArray<Diagnostic> Diagnostics, ImmutableArray<CheckedStatement> Statements);

/// <summary>What kind of statement was let through.</summary>
public enum StatementKind
{
    /// <summary>A SELECT.</summary>
    Select,

    /// <summary>CREATE STREAM .. AS SELECT.</summary>
    CreateAsSelect,

    /// <summary>SHOW, answered from the catalogue.</summary>
    Show,

    /// <summary>DESCRIBE, answered from the catalogue.</summary>
    Describe,

    /// <summary>EXPLAIN, answered from the analysis.</summary>
    Explain,
}

/// <summary>A statement that may run.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Reads">The topics it reads.</param>
/// <param name="Writes">The topics it writes.</param>
/// <param name="Rewritten">What to send to ksqlDB, printed from the tree, final <c>;</c> included; empty for what is never sent.</param>
/// <param name="ResultSchema">The columns of its result, as the author sees them.</param>
/// <param name="Seedability">Whether the state from before can be sent through it.</param>
/// <param name="Deployable">What to deploy, if it can be deployed.</param>
public sealed record CheckedStatement(
    StatementKind Kind,
    ImmutableArray<string> Reads,
    ImmutableArray<string> Writes,
    string Rewritten,
    RelationSchema ResultSchema,
    SeedabilityVerdict Seedability,
    DeployableQuery? Deployable);

/// <summary>A query that may run for good.</summary>
/// <param name="ResultSchema">The columns of the sink, keys first.</param>
/// <param name="SourceObject">The object it reads, as ksqlDB calls it.</param>
/// <param name="SourceTopic">The topic under it.</param>
/// <param name="SelectFrom">The text of the SELECT, without a final <c>;</c>, over any object of the same columns: the source itself, or a seed stream.</param>
public sealed record DeployableQuery(
    RelationSchema ResultSchema,
    string SourceObject,
    string SourceTopic,
    Func<string, string> SelectFrom);
