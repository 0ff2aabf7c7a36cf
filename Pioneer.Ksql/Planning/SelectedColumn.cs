using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Planning;

/// <summary>A column of the SELECT list, stars spelled out.</summary>
/// <param name="Name">What the column is called.</param>
/// <param name="Expression">What it is, columns called as in the rows of the query.</param>
/// <param name="Written">What it is as its author wrote it, or would have instead of a star.</param>
/// <param name="Span">Where it stands.</param>
internal sealed record SelectedColumn(string Name, Expression Expression, Expression Written, TextSpan Span);
