namespace Pioneer.Ksql.Syntax;

/// <summary>
/// A node of the tree. Nodes are immutable and compare by content: where they stood in the text does not count.
/// </summary>
public abstract record SyntaxNode
{
    /// <summary>Where the node stands in the text it was parsed from; empty for a made one.</summary>
    public TextSpan Span { get; init; }

    /// <summary>Equal when the content is, wherever the nodes stood.</summary>
    public virtual bool Equals(SyntaxNode? other) => other is not null && EqualityContract == other.EqualityContract;

    /// <inheritdoc/>
    public override int GetHashCode() => EqualityContract.GetHashCode();
}

/// <summary>A name. Without quotes it is folded to capitals, in quotes it is as written.</summary>
/// <param name="Text">The name, quotes removed, folded.</param>
public sealed record Identifier(string Text) : SyntaxNode
{
    /// <summary>Whether the parser made it up because a name was missing.</summary>
    public bool IsMissing => Text.Length == 0;
}
