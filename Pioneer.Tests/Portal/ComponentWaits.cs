using System.Runtime.CompilerServices;
using Bunit;

namespace Pioneer.Tests.Portal;

/// <summary>How long component tests wait for a condition: bUnit's own second is too short where the whole suite shares two cores.</summary>
internal static class ComponentWaits
{
#pragma warning disable CA2255 // a test assembly is the application here, and bUnit has no other place to set it once for all
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Lengthen() => BunitContext.DefaultWaitTimeout = Patience.Usual;
}
