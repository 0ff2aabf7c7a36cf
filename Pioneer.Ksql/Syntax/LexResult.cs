using System.Collections.Immutable;

namespace Pioneer.Ksql.Syntax;

/// <summary>A text cut into tokens (the last one is the end of the text) and the comments between them.</summary>
public sealed record LexResult(ImmutableArray<Token> Tokens, ImmutableArray<Trivia> Comments);
