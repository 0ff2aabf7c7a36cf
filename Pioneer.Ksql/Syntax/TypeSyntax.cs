namespace Pioneer.Ksql.Syntax;

/// <summary>A type as written; what it means is for <c>Pioneer.Ksql.Analysis</c> to say.</summary>
public abstract record TypeSyntax : SyntaxNode;

/// <summary>A type by its name: a built-in one (<c>BIGINT</c>), or one made by CREATE TYPE.</summary>
/// <param name="Name">The name, folded.</param>
/// <param name="Parameters">What stood in parentheses, such as <c>STRING</c> in the tolerated <c>VARCHAR(STRING)</c>.</param>
public sealed record NamedType(Identifier Name, SyntaxList<string> Parameters) : TypeSyntax;

/// <summary><c>DECIMAL(p, s)</c>.</summary>
public sealed record DecimalType(int Precision, int Scale) : TypeSyntax;

/// <summary><c>ARRAY&lt;T&gt;</c>, also spelled <c>T ARRAY</c>.</summary>
public sealed record ArrayType(TypeSyntax Element) : TypeSyntax;

/// <summary><c>MAP&lt;K, V&gt;</c>.</summary>
public sealed record MapType(TypeSyntax Key, TypeSyntax Value) : TypeSyntax;

/// <summary><c>STRUCT&lt;f T, ..&gt;</c>.</summary>
public sealed record StructType(SyntaxList<StructTypeField> Fields) : TypeSyntax;

/// <summary>A field of a struct type.</summary>
public sealed record StructTypeField(Identifier Name, TypeSyntax Type) : SyntaxNode;
