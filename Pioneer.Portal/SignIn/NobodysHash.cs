using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Cryptography.KeyDerivation;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Pioneer.Portal.SignIn;

/// <summary>
/// A hash in Identity's form that is no password's: looking at one costs what looking at an account's does. It is drawn, not computed, so that the first
/// sign-in after a start costs no more than others.
/// </summary>
internal sealed class NobodysHash
{
    private const byte Version3 = 1;
    private const int SaltBytes = 16, KeyBytes = 32;

    public NobodysHash(IOptions<PasswordHasherOptions> options)
    {
        // version, function, iterations, length of the salt (each of these in four bytes), salt, key: PasswordHasher's own layout
        Span<byte> hash = stackalloc byte[1 + (3 * sizeof(uint)) + SaltBytes + KeyBytes];
        hash[0] = Version3;
        BinaryPrimitives.WriteUInt32BigEndian(hash[1..], (uint)KeyDerivationPrf.HMACSHA512);
        BinaryPrimitives.WriteUInt32BigEndian(hash[5..], (uint)options.Value.IterationCount);
        BinaryPrimitives.WriteUInt32BigEndian(hash[9..], SaltBytes);
        RandomNumberGenerator.Fill(hash[13..]);
        Value = Convert.ToBase64String(hash);
    }

    public string Value { get; }
}
