using System.Globalization;

namespace Pioneer.Embedded.Connect.Data;

/// <summary>A value of <see cref="ConnectSchema.DateName"/>: days since 1970-01-01, also of years that .NET has none for.</summary>
internal readonly record struct EpochDate(int Days)
{
    public override string ToString() => Days.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A value of <see cref="ConnectSchema.TimeName"/>: milliseconds since midnight.</summary>
internal readonly record struct TimeOfDay(int Ms)
{
    public override string ToString() => Ms.ToString(CultureInfo.InvariantCulture);
}
