namespace Pioneer.Ksql.Functions;

/// <summary>What a function makes of rows.</summary>
public enum FunctionKind
{
    /// <summary>One value from one row.</summary>
    Scalar,

    /// <summary>One value from the rows of a group.</summary>
    Aggregate,

    /// <summary>Any number of rows from one row.</summary>
    Table,
}
